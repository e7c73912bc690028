//! The finished file is read back: its codes are rebuilt from what is drawn and decoded.

use std::{io::Read, path::PathBuf};

use chrono::{DateTime, NaiveDate};

use super::{
    text::{Fitted, fit},
    *,
};

/// Characters that the font in the binary lacks.
const RARE: &str = "𠮷㐂囍龘";

/// With a font that has them and nothing else, so that no test depends on the fonts of the system.
fn fonts() -> Fonts {
    let file = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("src/pdf/rare.otf");
    Fonts::with([PathBuf::from("/nowhere/font.otf"), file]).unwrap()
}

/// As long as a pass, and of its letters.
fn token(seed: usize) -> String {
    const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let body = (0..147).map(|at| char::from(LETTERS[(seed * 31 + at * at * 7 + at * 13 + seed * at) % LETTERS.len()]));
    "KP1".chars().chain(body).collect()
}

fn card(seed: usize, name: &str) -> Card {
    Card {
        token: token(seed),
        name: name.to_owned(),
        class_name: "五年级(3)班".to_owned(),
        school_name: "清水区实验小学".to_owned(),
        number: format!("0000 1234 {seed:04}"),
        issue: 1,
    }
}

fn sheet() -> CardSheet {
    CardSheet {
        district_name: "清水区(示例)".to_owned(),
        class_name: "五年级(3)班".to_owned(),
        made_at: NaiveDate::from_ymd_opt(2026, 9, 1).unwrap(),
    }
}

/// What a code says, read as a phone does.
fn decode(side: usize, is_dark: impl Fn(usize, usize) -> bool) -> String {
    const PIXELS: usize = 4;
    let quiet = usize::from(Qr::QUIET);
    let pixels = (side + 2 * quiet) * PIXELS;
    let mut image = rqrr::PreparedImage::prepare_from_greyscale(pixels, pixels, |x, y| {
        match (y / PIXELS).checked_sub(quiet).zip((x / PIXELS).checked_sub(quiet)) {
            Some((row, column)) if is_dark(row, column) => 0,
            _ => 255,
        }
    });
    let grids = image.detect_grids();
    assert_eq!(grids.len(), 1, "one code");
    grids[0].decode().unwrap().1
}

/// The unpacked streams of a PDF that are text, which is what draws its pages.
fn streams(pdf: &[u8]) -> Vec<String> {
    let ends = memchr::memmem::find_iter(pdf, b"\nendstream");
    let starts = memchr::memmem::find_iter(pdf, b">>\nstream\n").map(|at| at + 10);
    let unpacked = starts.zip(ends).map(|(start, end)| {
        let mut text = String::new();
        flate2::read::ZlibDecoder::new(&pdf[start..end]).read_to_string(&mut text).map(|_| text)
    });
    unpacked.filter_map(Result::ok).collect()
}

fn pages(pdf: &[u8]) -> usize {
    assert!(pdf.starts_with(b"%PDF-1.7"));
    assert!(pdf.ends_with(b"%%EOF"));
    String::from_utf8_lossy(pdf).matches("/Type/Page/").count()
}

/// A code as it is drawn: millimetres of a module, and which modules are dark.
struct Drawn {
    module: f32,
    dark: Vec<Vec<bool>>,
}

/// The codes in the order in which they are drawn: filled paths of rectangles.
fn drawn_codes(pdf: &[u8]) -> Vec<Drawn> {
    let mut codes = Vec::new();
    for stream in streams(pdf) {
        for part in stream.split("BDC").filter(|part| part.contains("\nf\n") && part.contains(" l\nh ")) {
            let mut code = Drawn { module: 0.0, dark: vec![vec![false; 57]; 57] };
            let mut numbers: Vec<&str> = Vec::new();
            let mut corners: Vec<(usize, usize)> = Vec::new();
            let whole = |number: &str| number.parse::<usize>().unwrap();
            for word in part.split_whitespace() {
                match (word, numbers.as_slice()) {
                    ("cm", [.., scale, _, _, _, _, _]) => code.module = scale.parse::<f32>().unwrap() / 72.0 * 25.4,
                    ("m" | "l", [.., x, y]) => corners.push((whole(x), whole(y))),
                    ("h", _) => {
                        for row in corners[0].1..corners[2].1 {
                            code.dark[row][corners[0].0..corners[2].0].fill(true);
                        }
                        corners.clear();
                    }
                    _ => numbers.push(word),
                }
            }
            codes.push(code);
        }
    }
    codes
}

#[test]
fn a_pass_is_a_code_of_version_6() {
    let code = Qr::new(&token(1)).unwrap();
    assert_eq!(code.size(), 41);
    assert_eq!(decode(41, |row, column| code.is_dark(row, column)), token(1));
    assert!(!code.is_dark(0, 41) && !code.is_dark(41, 0));
    // Nothing that is put in makes it panic.
    assert_eq!(Qr::new("").unwrap().size(), 21);
    assert!(Qr::new("https://例子.example/?a=1").is_ok());
    assert!(matches!(Qr::new(&"甲".repeat(2000)), Err(PdfError::QrTooLong { length: 2000 })));
}

#[test]
fn a_class_of_45_takes_5_pages_and_every_code_is_read_from_them() {
    let all: Vec<Card> = (0..45).map(|seed| card(seed, "王小明")).collect();
    let pdf = cards_with(&fonts(), &sheet(), &all).unwrap();
    assert_eq!(pages(&pdf), 5);
    let codes = drawn_codes(&pdf);
    let read: Vec<String> = codes
        .iter()
        .map(|code| decode(41, |row, column| *code.dark.get(row).and_then(|cells| cells.get(column)).unwrap_or(&false)))
        .collect();
    assert_eq!(read, all.iter().map(|card| card.token.clone()).collect::<Vec<_>>());
    assert!(codes.iter().all(|code| code.module * 41.0 >= 30.0), "at least 30 mm wide");
    // The same again gives the same bytes.
    assert_eq!(pdf, cards_with(&fonts(), &sheet(), &all).unwrap());
}

#[test]
fn ten_fill_a_page_and_nobody_is_an_error() {
    let ten: Vec<Card> = (0..10).map(|seed| card(seed, "李四")).collect();
    assert_eq!(pages(&cards_with(&fonts(), &sheet(), &ten).unwrap()), 1);
    assert!(matches!(cards_with(&fonts(), &sheet(), &[]), Err(PdfError::NoCards)));
}

#[test]
fn a_rare_character_is_taken_from_another_font_or_named_in_the_error() {
    for character in RARE.chars() {
        let card = card(1, &format!("张{character}明"));
        cards_with(&fonts(), &sheet(), std::slice::from_ref(&card)).unwrap();

        let error = cards_with(&Fonts::with([]).unwrap(), &sheet(), &[card]).unwrap_err();
        let PdfError::MissingGlyph { character: missing, ref text, .. } = error else { panic!("{error}") };
        assert_eq!((missing, text.as_str()), (character, format!("张{character}明").as_str()));
        let said = error.to_string();
        for part in
            [format!("{character} (U+{:04X})", u32::from(character)), "fonts-noto-cjk".into(), "KEPU_FONT".into()]
        {
            assert!(said.contains(&part), "{said}");
        }
    }
    // What needs shaping, what is not drawn at all, and what no font has are no less loud.
    for name in ["ئۇيغۇر", "王\u{200b}明", "王\n明", "王😀", "王\u{10ffff}"] {
        let done = cards_with(&fonts(), &sheet(), &[card(1, name)]);
        assert!(matches!(done, Err(PdfError::MissingGlyph { .. })), "{name:?}");
    }
}

#[test]
fn the_font_in_the_binary_has_every_general_standard_character() {
    let listed = include_str!("../../../../data/general-standard-characters-2013.txt");
    assert_eq!(listed.chars().filter(|character| *character != '\n').count(), 8105);
    let alone = Fonts::with([]).unwrap();
    assert_eq!(alone.missing(listed.lines()), "");
    assert_eq!(alone.missing(["玥祎喆堃珺㛃𬭎䶮", "王𠮷囍", "囍"]), "囍𠮷");
}

/// The whole of Noto is a collection, in which the Chinese face must be found.
#[test]
fn the_fonts_of_the_system_have_rare_characters() {
    if !PathBuf::from("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc").exists() {
        return;
    }
    cards(&sheet(), &[card(1, RARE)]).unwrap();
}

#[test]
fn widths_are_those_of_the_font() {
    let fonts = fonts();
    let width = |text: &str| fonts.width(text, 10.0).unwrap();
    assert!((width("王小明") - 30.0).abs() < 0.001);
    assert!((width("王𠮷明") - 30.0).abs() < 0.001);
    assert!(width("iii") < width("WWW"));
    assert!((width("0123") - width("4567")).abs() < 0.001, "digits stand under each other");
    assert!(width("").abs() < 0.001);
}

fn lines(fitted: &Fitted) -> Vec<&str> {
    fitted.lines.iter().map(|line| line.text.as_str()).collect()
}

#[test]
fn names_shrink_then_wrap_and_are_never_cut() {
    let fonts = fonts();
    let name = Text::new(18.0, 12.0).wrap();
    let fitted = |text: &str| fit(&fonts, text, 108.0, 30.0, &name).unwrap();
    assert!((fitted("欧阳娜娜").size - 18.0).abs() < 0.01);
    let shrunk = fitted("一二三四五六七八");
    assert_eq!(lines(&shrunk), ["一二三四五六七八"]);
    assert!((shrunk.size - 13.5).abs() < 0.01);
    assert_eq!(lines(&fitted("迪丽热巴·迪力木拉提")), ["迪丽热巴·", "迪力木拉提"]);
    assert_eq!(lines(&fitted("Alexandra Maria von Habsburg")), ["Alexandra Maria", "von Habsburg"]);
    for long in [
        "买买提·阿不都热合曼·吐尔逊江·艾合买提",
        &"W".repeat(60),
        &"甲".repeat(60),
        "A B C D E F G H I J K L M N O P Q R",
    ] {
        let fitted = fitted(long);
        assert_eq!(lines(&fitted).concat().replace(' ', ""), long.replace(' ', ""), "nothing is lost");
        assert!(fitted.lines.iter().all(|line| line.width() * fitted.size <= 108.0), "{long}");
        cards_with(&fonts, &sheet(), &[card(1, long)]).unwrap();
    }
    let endless = "甲".repeat(2000);
    assert!(matches!(fit(&fonts, &endless, 108.0, 30.0, &name), Err(PdfError::TooLong { text }) if text == endless));
}

#[test]
fn other_text_ends_with_an_ellipsis() {
    let fonts = fonts();
    let fitted = fit(&fonts, "清水区青少年科技实验学校附属小学", 50.0, 10.0, &Text::new(10.0, 5.0)).unwrap();
    assert_eq!(lines(&fitted), ["清水区青少年科技实…"]);
    assert!(fitted.lines[0].width() * fitted.size <= 50.0);
    // There may be no room at all.
    assert_eq!(lines(&fit(&fonts, "清水区", 1.0, 10.0, &Text::new(10.0, 5.0)).unwrap()), ["…"]);
}

#[test]
fn the_longest_of_everything_still_makes_a_card() {
    let mut long = card(1, "买买提·阿不都热合曼·吐尔逊江");
    long.class_name = "2024级小学部五年级科技创新实验第十三班".to_owned();
    long.school_name = "清水区青少年科技实验学校附属第二小学(示范校区)东部分校".to_owned();
    long.number = "0000 1234 5678 9012 3456".to_owned();
    long.issue = u16::MAX;
    let sheet = CardSheet { district_name: "甲".repeat(60), class_name: "乙".repeat(60), ..sheet() };
    cards_with(&fonts(), &sheet, &[long]).unwrap();
}

#[test]
fn a_document_says_its_title_language_and_moment() {
    let fonts = fonts();
    let made = DateTime::parse_from_rfc3339("2026-09-01T08:30:00+08:00").unwrap();
    let mut document = Document::new(&fonts, About { title: "Report", made: Made::Moment(made) }).unwrap();
    document
        .page("1", |page| {
            page.text(Area::new(20.0, 20.0, 100.0, 10.0), "  ", &Text::new(10.0, 8.0))?;
            page.text(Area::new(20.0, 20.0, 100.0, 10.0), "Report", &Text::new(10.0, 8.0).role(Role::Heading(1)))?;
            page.rectangle(Area::new(20.0, 40.0, 10.0, 10.0), Colour::Rgb(1, 2, 3));
            Ok(())
        })
        .unwrap();
    let pdf = document.finish().unwrap();
    let text = String::from_utf8_lossy(&pdf);
    for part in ["/Title(Report)", "/Lang(zh-CN)", "D:20260901083000+08'00", "pdfuaid:part", "/MarkInfo"] {
        assert!(text.contains(part), "{part}");
    }
}

fn awarded() -> Award {
    Award {
        authority: "清水区教育局(示例)".to_owned(),
        title_zh: "校外科技创新教育基地".to_owned(),
        title_en: "Off-campus base of science and technology".to_owned(),
        holder: "清水区合成生物研究所".to_owned(),
        holder_en: "Qingshui Institute of Synthetic Biology".to_owned(),
        employer: None,
        level: Some("district".to_owned()),
        applied_for: true,
        number: "清教〔2026〕3 号".to_owned(),
        valid_from: NaiveDate::from_ymd_opt(2026, 9, 27).unwrap(),
        valid_to: NaiveDate::from_ymd_opt(2029, 9, 26),
        verify_at: "https://kepu.example.cn/register/%E6%B8%85%E6%95%99%E3%80%942026%E3%80%953%20%E5%8F%B7".to_owned(),
    }
}

#[test]
fn a_certificate_and_a_plaque_lead_to_the_register() {
    for paper in [Paper::Certificate, Paper::Plaque] {
        let pdf = award_with(&fonts(), paper, &awarded()).unwrap();
        assert_eq!(pages(&pdf), 1);
        let codes = drawn_codes(&pdf);
        let side = Qr::new(&awarded().verify_at).unwrap().size();
        assert_eq!(decode(side, |row, column| codes[0].dark[row][column]), awarded().verify_at);
        assert!(codes[0].module > 0.6, "a telephone reads it from the hand: {} mm", codes[0].module);
        assert_eq!(pdf, award_with(&fonts(), paper, &awarded()).unwrap());
    }
}

#[test]
fn long_names_and_titles_still_make_a_certificate() {
    let long = Award {
        authority: "清水省清水市清水区人民政府教育督导委员会办公室与清水区科学技术协会".to_owned(),
        title_zh: "长三角儿童科学创新中心示范建设单位（人工智能方向）首批授牌".to_owned(),
        title_en: "Demonstration centre of children's science and innovation of the Yangtze River Delta".to_owned(),
        holder: "清水区青少年科技实验学校附属第二小学(示范校区)东部分校".to_owned(),
        holder_en: "Second Primary School attached to the Qingshui Experimental School of Science".to_owned(),
        employer: Some("清水区合成生物研究所股份有限公司东部研究中心".to_owned()),
        valid_to: None,
        applied_for: false,
        ..awarded()
    };
    for paper in [Paper::Certificate, Paper::Plaque] {
        award_with(&fonts(), paper, &long).unwrap();
    }
    let endless = Award { holder: "甲".repeat(20_000), ..awarded() };
    let error = award_with(&fonts(), Paper::Plaque, &endless).unwrap_err();
    assert!(matches!(error, PdfError::TooLong { .. }), "{error}");
}

fn credited(lines: usize) -> CreditPaper {
    let line = |at: usize| PaperLine {
        day: NaiveDate::from_ymd_opt(2026, 3, 1).unwrap() + chrono::Days::new(at as u64),
        title: format!("探究课 {at}"),
        host: "清水区合成生物研究所".to_owned(),
        category: "实践".to_owned(),
        credit: "1.5".to_owned(),
    };
    CreditPaper {
        district: "清水区教育局(示例)".to_owned(),
        name: "张三".to_owned(),
        school: "清水区实验小学".to_owned(),
        class: "五年级(3)班".to_owned(),
        policy: "科普学分办法".to_owned(),
        version: "2026".to_owned(),
        illustrative: true,
        as_of: DateTime::parse_from_rfc3339("2026-09-01T08:30:00+08:00").unwrap(),
        total: "12.5".to_owned(),
        achieved: "科普之星 · 二星".to_owned(),
        achieved_en: "Star of science · Two stars".to_owned(),
        lines: (0..lines).map(line).collect(),
        sums: vec![("实践".to_owned(), "9".to_owned()), ("竞赛".to_owned(), "3.5".to_owned())],
        reached: vec![("每学年满十分".to_owned(), "已达到 Met".to_owned()), ("星级".to_owned(), "二星".to_owned())],
    }
}

const NUMBER: &str = "GM-K7MQX2PA9VHD";
const VERIFY: &str = "https://kepu.example.cn/verify/GM-K7MQX2PA9VHD";

#[test]
fn papers_of_credit_lead_to_where_they_are_verified() {
    for kind in [CreditKind::Certificate, CreditKind::Transcript] {
        let pdf = credit_paper_with(&fonts(), kind, &credited(3), NUMBER, VERIFY).unwrap();
        assert_eq!(pages(&pdf), 1);
        let codes = drawn_codes(&pdf);
        let side = Qr::new(VERIFY).unwrap().size();
        assert_eq!(decode(side, |row, column| codes[0].dark[row][column]), VERIFY);
        assert!(codes[0].module > 0.6, "a telephone reads it from the hand: {} mm", codes[0].module);
        assert_eq!(pdf, credit_paper_with(&fonts(), kind, &credited(3), NUMBER, VERIFY).unwrap());
    }
}

#[test]
fn a_transcript_has_as_many_pages_as_its_lines_need() {
    // Around each edge: the page is full, or the end has no room left on it.
    for lines in [0, 1, 13, 14, 15, 22, 23, 24, 25, 40, 51, 52, 53, 200] {
        let pdf = credit_paper_with(&fonts(), CreditKind::Transcript, &credited(lines), NUMBER, VERIFY).unwrap();
        let least = 1 + lines.saturating_sub(23).div_ceil(28);
        assert!((least..=least + 1).contains(&pages(&pdf)), "{lines} lines on {} pages", pages(&pdf));
    }
}

#[test]
fn long_names_and_titles_still_make_papers_of_credit() {
    let mut long = credited(2);
    long.district = "清水省清水市清水区人民政府教育督导委员会办公室与清水区科学技术协会".to_owned();
    long.name = "买买提·阿不都热合曼·吐尔逊江㛃𬭎".to_owned();
    long.school = "清水区青少年科技实验学校附属第二小学(示范校区)东部分校".to_owned();
    long.policy = "关于在全区中小学校开展科普教育学分制管理试点工作的实施办法（试行）".to_owned();
    long.achieved = "长三角儿童科学创新中心示范建设单位（人工智能方向）优秀学员 · 特别荣誉".to_owned();
    long.lines[0].title = "人工智能与合成生物".repeat(20);
    long.lines[1].host = "甲".repeat(400);
    for kind in [CreditKind::Certificate, CreditKind::Transcript] {
        credit_paper_with(&fonts(), kind, &long, NUMBER, VERIFY).unwrap();
    }
    let unknown = CreditPaper { name: "\u{1F980}".to_owned(), ..credited(1) };
    let error = credit_paper_with(&fonts(), CreditKind::Certificate, &unknown, NUMBER, VERIFY).unwrap_err();
    assert!(matches!(error, PdfError::MissingGlyph { .. }), "{error}");
}
