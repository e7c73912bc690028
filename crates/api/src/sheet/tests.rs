//! Sheets as they come.

use rstest::rstest;
use rust_xlsxwriter::{ExcelDateTime, Format, Formula, Workbook};

use std::fmt::Write as _;

use super::*;

fn read(bytes: impl AsRef<[u8]>) -> Result<(Vec<String>, Vec<Row>), SheetError> {
    read_within(bytes, Limits::default())
}

fn read_within(bytes: impl AsRef<[u8]>, limits: Limits) -> Result<(Vec<String>, Vec<Row>), SheetError> {
    let mut sheet = Sheet::from_bytes("sheet", bytes.as_ref().to_vec(), limits)?;
    let mut rows = sheet.rows()?;
    let header = rows.header().to_vec();
    Ok((header, rows.by_ref().collect::<Result<_, _>>()?))
}

/// Header, then rows, as `number: cell|cell`, with faults in brackets.
fn shown(bytes: impl AsRef<[u8]>) -> String {
    let (header, rows) = read(bytes).expect("a readable sheet");
    let mut text = header.join("|");
    for row in rows {
        write!(text, "\n{}: {}", row.number, row.cells.join("|")).expect("written");
        for fault in row.faults {
            write!(text, " [{}: {:?}]", fault.column.unwrap_or_default(), fault.kind).expect("written");
        }
    }
    text
}

fn utf16(text: &str, little: bool) -> Vec<u8> {
    let units = std::iter::once(0xFEFF).chain(text.encode_utf16());
    units.flat_map(|u| if little { u.to_le_bytes() } else { u.to_be_bytes() }).collect()
}

#[rstest]
#[case::utf8("姓名,年级\n张三,7\n".as_bytes().to_vec())]
#[case::mark("\u{feff}姓名,年级\n张三,7\n".as_bytes().to_vec())]
#[case::gb18030(encoding_rs::GB18030.encode("姓名,年级\n张三,7\n").0.into_owned())]
#[case::utf16_little(utf16("姓名\t年级\n张三\t7\n", true))]
#[case::utf16_big(utf16("姓名\t年级\n张三\t7\n", false))]
#[case::semicolons("姓名;年级\n张三;7\n".as_bytes().to_vec())]
#[case::chinese_commas("姓名，年级\n张三，7\n".as_bytes().to_vec())]
#[case::chinese_commas_in_gb18030(encoding_rs::GB18030.encode("姓名，年级\r\n张三， 7\r\n").0.into_owned())]
#[case::excel_says("sep=;\n姓名;年级\n张三;7\n".as_bytes().to_vec())]
#[case::quoted_header("\"姓名\",\"年级\"\n\"张三\",\"7\"\n".as_bytes().to_vec())]
#[case::carriage_returns("姓名,年级\r张三,7\r".as_bytes().to_vec())]
#[case::both_line_ends("姓名,年级\r\n张三,7".as_bytes().to_vec())]
#[case::spaces(" 姓名 ,\u{3000}年级,\n张三\u{a0}, 7 ,\n,,\n\n".as_bytes().to_vec())]
fn any_text_gives_the_same_rows(#[case] bytes: Vec<u8>) {
    let (header, rows) = read(bytes).expect("a readable sheet");
    assert_eq!(header, ["姓名", "年级"]);
    assert_eq!(rows.iter().map(|r| r.cells.clone()).collect::<Vec<_>>(), [["张三", "7"]]);
    assert!(rows.iter().all(|r| r.faults.is_empty()));
}

#[test]
fn a_name_only_in_gb18030_is_read_across_blocks() {
    let rows = format!("name\n{}", "𠮷㛃䶮\n".repeat(20_000));
    let (bytes, _, lossy) = encoding_rs::GB18030.encode(&rows);
    assert!(!lossy);
    let (_, rows) = read(bytes).expect("a readable sheet");
    assert_eq!(rows.len(), 20_000);
    assert!(rows.iter().all(|r| r.cells == ["𠮷㛃䶮"]));
}

#[rstest]
#[case::lines_in_cells("a,b\n\"1\n2\",x\n3,y\n", "a|b\n2: 1\n2|x\n4: 3|y")]
#[case::crlf_in_cells("a,b\r\n\"1\r\n2\",x\r\n3,y\r\n", "a|b\n2: 1\r\n2|x\n4: 3|y")]
#[case::blank_lines("\n\na,b\n\n,\n1,2\n\n3,4", "a|b\n6: 1|2\n8: 3|4")]
#[case::quotes("a,b\n\"say \"\"hi\"\"\",it\"s\n", "a|b\n2: say \"hi\"|it\"s")]
#[case::delimiter_in_quotes("a,b\n\"1,2\",\"3;4\"\n", "a|b\n2: 1,2|3;4")]
#[case::too_many("a,b\n1,2,3\n", "a|b\n2: 1|2 [: TooManyCells { found: 3, columns: 2 }]")]
#[case::empty_ends_do_not_count("a,b\n1,2,,\n", "a|b\n2: 1|2")]
#[case::too_few("a,b,c\n1,2\n3,4,5", "a|b|c\n2: 1|2| [: TooFewCells { found: 2, columns: 3 }]\n3: 3|4|5")]
#[case::nameless("a,,b\n1,,2\n1,x,2\n", "a||b\n2: 1||2\n3: 1|x|2 [: ColumnWithoutName { column: 2 }]")]
#[case::nul("a,b\n1\u{0}2,3\n", "a|b\n2: |3 [a: Nul]")]
#[case::chinese_commas(
    "名单\na，b\n\"1，2\"，３、4，\n",
    "名单\n2: a [: TooManyCells { found: 2, columns: 1 }]\n3: 1，2 [: TooManyCells { found: 2, columns: 1 }]"
)]
#[case::commas_of_both_sorts("a，b,c\n1，2,3\n", "a，b|c\n2: 1，2|3")]
#[case::one_column("a\n1\n\n2\n", "a\n2: 1\n4: 2")]
#[case::only_header("a,b\n", "a|b")]
fn rows_keep_their_numbers_and_faults(#[case] text: &str, #[case] expected: &str) {
    assert_eq!(shown(text), expected);
}

#[rstest]
#[case::nothing(b"".to_vec(), "empty_sheet")]
#[case::blank(b"\n\n ,\n".to_vec(), "empty_sheet")]
#[case::neither(b"a,b\n\xff\xff\xff,2\n".to_vec(), "encoding")]
#[case::cut_utf8("a\n姓名".as_bytes()[..7].to_vec(), "encoding")]
#[case::damaged_utf8(b"\xE5\xA7\x93\xE5\x90\x8D,b\n\xE5\xBC\xA0\xE4\xB8,2\n".to_vec(), "encoding")]
#[case::marked_utf8(b"\xEF\xBB\xBFa\n\xD5\xC5\n".to_vec(), "encoding")]
#[case::open_quote(b"a,b\n1,\"2\n3,4\n".to_vec(), "open_quote")]
#[case::old_excel(b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1".to_vec(), "old_excel")]
#[case::broken_workbook(b"PK\x03\x04 and then nothing".to_vec(), "bad_workbook")]
#[case::nul_in_header(b"a,b\x00\n1,2\n".to_vec(), "bad_header")]
fn what_is_no_sheet_is_refused(#[case] bytes: Vec<u8>, #[case] code: &str) {
    let error = read(bytes).expect_err("no sheet");
    assert_eq!(error.code(), code, "{error}");
}

#[test]
fn an_open_quote_is_named_by_its_line() {
    let error = read("a,b\n1,2\n3,\"4\n5,6\n").expect_err("no end");
    assert_eq!(error.row(), Some(3));
}

#[test]
fn limits_hold() {
    let tight = Limits { bytes: 100, rows: 2, columns: 3, cell_bytes: 10, ..Limits::default() };
    let code = |text: &str| read_within(text, tight).expect_err("beyond a limit").code();
    assert_eq!(code("a\n1\n2\n3\n"), "too_many_rows");
    assert_eq!(code(&"a\n".repeat(51)), "too_large");
    assert_eq!(code("a,b,c,d\n"), "bad_header");
    let (_, rows) = read_within("a,b\n12345678901,x\n", tight).expect("a row with a fault");
    assert_eq!(rows[0].faults[0].kind, FaultKind::TooLong { most: 10 });
    assert_eq!(rows[0].cells, ["", "x"]);
}

#[test]
fn a_cell_longer_than_memory_may_be_is_cut_and_the_next_row_is_sound() {
    let (_, rows) = read(format!("a,b\n\"{}\",x\n1,2\n", "长\n".repeat(500_000))).expect("a row with a fault");
    assert_eq!(rows[0].faults[0].kind, FaultKind::TooLong { most: 8000 });
    assert_eq!(rows[1].number, 500_003);
    assert_eq!(rows[1].cells, ["1", "2"]);
}

#[test]
fn a_title_may_stand_above_the_header() {
    let mut sheet = Sheet::from_bytes("s", "某校名册\n\n姓名,年级\n张三,7\n", Limits::default()).expect("a sheet");
    let mut rows = sheet.rows_under(|cells| cells.iter().any(|c| c == "姓名")).expect("a header");
    assert_eq!((rows.header(), rows.header_row()), (["姓名".to_owned(), "年级".to_owned()].as_slice(), 3));
    let row = rows.next().expect("a row").expect("a sound row");
    assert_eq!((row.number, row.cell(0), row.cell(9)), (4, "张三", ""));
}

#[test]
fn a_workbook_gives_text_and_its_own_row_numbers() {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    let write = |r| -> Result<(), rust_xlsxwriter::XlsxError> {
        let sheet: &mut rust_xlsxwriter::Worksheet = r;
        for (column, name) in (0_u16..).zip([" id ", "day", "time", "minutes", "free", "note"]) {
            sheet.write(1, column, name)?;
        }
        sheet.write(2, 0, "r1")?;
        sheet.write_with_format(
            2,
            1,
            &ExcelDateTime::from_ymd(2016, 9, 10)?,
            &Format::new().set_num_format("yyyy\"年\"m\"月\"d\"日\""),
        )?;
        let time = ExcelDateTime::from_ymd(2016, 9, 10)?.and_hms(9, 30, 0)?;
        sheet.write_with_format(2, 2, &time, &Format::new().set_num_format("yyyy-mm-dd hh:mm"))?;
        sheet.write(2, 3, 60)?;
        sheet.write(2, 4, true)?;
        sheet.write(4, 0, "r2")?;
        sheet.write(4, 3, 1.5)?;
        sheet.write_formula(4, 5, Formula::new("=1/0").set_result("#DIV/0!"))?;
        sheet.write(4, 6, "outside")?;
        sheet.write(5, 0, "  ")?;
        Ok(())
    };
    write(sheet).expect("a written sheet");
    book.add_worksheet().set_name("other").expect("a name");
    let bytes = book.save_to_buffer().expect("a workbook");
    assert_eq!(
        shown(&bytes),
        "id|day|time|minutes|free|note\n\
         3: r1|2016-09-10|2016-09-10T09:30:00|60|true|\n\
         5: r2|||1.5|| [note: FormulaError] [: TooManyCells { found: 7, columns: 6 }]"
    );
    let sheet = Sheet::from_bytes("s", bytes, Limits::default()).expect("a workbook");
    assert_eq!(sheet.worksheets(), Some(("Sheet1", ["other".to_owned()].as_slice())));
}

#[test]
fn merged_cells_are_filled_and_the_worksheet_with_the_header_is_read() {
    let mut book = Workbook::new();
    let plain = Format::new();
    book.add_worksheet().set_name("about").expect("a name").write(0, 0, "how to fill in").expect("written");
    let write = |sheet: &mut rust_xlsxwriter::Worksheet| -> Result<(), rust_xlsxwriter::XlsxError> {
        sheet.merge_range(0, 0, 0, 2, "title", &plain)?;
        for (column, name) in (0_u16..).zip(["name", "kind", "code"]) {
            sheet.write(1, column, name)?;
        }
        sheet.merge_range(2, 1, 4, 1, "base", &plain)?;
        sheet.write(2, 0, "a")?;
        sheet.write(3, 0, "b")?;
        sheet.write_blank(4, 0, &Format::new().set_bold())?;
        sheet.write(5, 0, "c")?;
        sheet.write_formula(5, 2, Formula::new("=\"B\"&1").set_result("B1"))?;
        Ok(())
    };
    write(book.add_worksheet().set_name("first").expect("a name")).expect("written");
    write(book.add_worksheet().set_name("second").expect("a name")).expect("written");
    let bytes = book.save_to_buffer().expect("a workbook");
    let is_header = |cells: &[String]| cells.iter().any(|one| one == "name");
    let read = |sheet: &mut Sheet| -> Vec<String> {
        let rows = sheet.rows_under(is_header).expect("a header");
        rows.map(|row| row.map(|row| row.cells.join("|")).expect("a row")).collect()
    };
    let open = || Sheet::from_bytes("s", bytes.clone(), Limits::default()).expect("a workbook");
    let mut sheet = open().filled();
    assert_eq!(sheet.choose_worksheet(is_header), ["second"]);
    assert_eq!(sheet.worksheets().map(|(name, _)| name), Some("first"));
    assert_eq!(read(&mut sheet), ["a|base|", "b|base|", "c||B1"], "a row with nothing of its own is none");
    let mut sheet = open();
    sheet.choose_worksheet(is_header);
    assert_eq!(read(&mut sheet), ["a|base|", "b||", "c||B1"], "as it stands, unless it is asked for");
    assert_eq!(open().choose_worksheet(|_| false), [""; 0]);
}

#[test]
fn cells_say_what_is_shown_if_that_is_asked_for() {
    let mut book = Workbook::new();
    let format = |code: &str| Format::new().set_num_format(code);
    let write = |sheet: &mut rust_xlsxwriter::Worksheet| -> Result<(), rust_xlsxwriter::XlsxError> {
        for (column, name) in (0_u16..).zip(["month", "kept", "day", "two", "free", "text"]) {
            sheet.write(0, column, name)?;
        }
        let (first, later) = (ExcelDateTime::from_ymd(2029, 4, 1)?, ExcelDateTime::from_ymd(2029, 4, 15)?);
        let month = format("[$-804]yyyy\"年\"m\"月\";@");
        sheet.write_with_format(1, 0, &first, &month)?.write_with_format(2, 0, &later, &month)?;
        // As Excel keeps what is typed as 2029年4月.
        sheet.write_with_format(1, 1, &first, &Format::new().set_num_format_index(57))?;
        sheet.write_with_format(1, 2, &first, &format("yyyy-mm-dd"))?;
        sheet.write_with_format(1, 3, 2025.1, &format("0.00"))?.write_with_format(2, 3, 2025.12, &format("0.00"))?;
        sheet.write(1, 4, 2025.1)?.write(2, 4, 2025)?.write(1, 5, "2025.1")?;
        sheet.write_formula(2, 5, Formula::new("=\"a\"&1").set_result("a1"))?;
        Ok(())
    };
    write(book.add_worksheet()).expect("a written sheet");
    let bytes = book.save_to_buffer().expect("a workbook");
    let read = |mut sheet: Sheet| -> Vec<(String, [bool; 6])> {
        let rows = sheet.rows().expect("a header").map(|row| row.expect("a row"));
        let told = |row: Row| (row.cells.join("|"), std::array::from_fn(|column| row.may_lack_zeros(column)));
        rows.map(told).collect()
    };
    let open = || Sheet::from_bytes("s", bytes.clone(), Limits::default()).expect("a workbook");
    let shown = [
        ("2029-04|2029-04|2029-04-01|2025.10|2025.1|2025.1".to_owned(), [false, false, false, false, true, false]),
        ("2029-04-15|||2025.12|2025|a1".to_owned(), [false; 6]),
    ];
    assert_eq!(read(open().as_shown()), shown);
    let held = [
        ("2029-04-01|2029-04-01|2029-04-01|2025.1|2025.1|2025.1".to_owned(), [false, false, false, true, true, false]),
        ("2029-04-15|||2025.12|2025|a1".to_owned(), [false, false, false, true, false, false]),
    ];
    assert_eq!(read(open()), held);
    let text = Sheet::from_bytes("s", "a\n2025.1\n", Limits::default()).expect("a text");
    assert!(read(text)[0].1[0], "a text does not tell numbers from texts");
}

#[test]
fn a_header_has_neighbours_and_may_take_the_row_below_in() {
    let text = "title\n\ngroups,\na,b\n,c\n1,2\n";
    let mut sheet = Sheet::from_bytes("s", text, Limits::default()).expect("a sheet");
    let is_header = |cells: &[String]| cells.first().is_some_and(|one| one == "a");
    let mut rows = sheet.rows_under(is_header).expect("a header");
    assert_eq!(rows.above(), ["groups", ""]);
    assert_eq!(rows.below().expect("readable"), ["", "c"]);
    rows.rename_with_below(vec!["a".to_owned(), "bc".to_owned()]);
    assert_eq!(rows.header(), ["a", "bc"]);
    let read: Vec<(u64, String)> =
        rows.map(|row| row.map(|row| (row.number, row.cells.join("|"))).expect("a row")).collect();
    assert_eq!(read, [(6, "1|2".to_owned())]);

    // What is looked at alone is still read.
    let mut rows = sheet.rows_under(is_header).expect("a header");
    assert_eq!(rows.below().map(<[String]>::len).ok(), Some(2));
    assert_eq!(rows.count(), 2);
    // The first row has nothing above it, and the last nothing below.
    let mut sheet = Sheet::from_bytes("s", "a,b\n", Limits::default()).expect("a sheet");
    let mut rows = sheet.rows_under(is_header).expect("a header");
    assert_eq!((rows.above().len(), rows.below().map(<[String]>::len).ok()), (0, Some(0)));
}

/// The workbook with this instead of that in its parts.
fn instead(bytes: &[u8], that: &str, this: &str) -> Vec<u8> {
    let mut from = zip::ZipArchive::new(Cursor::new(bytes.to_vec())).expect("a workbook");
    let mut to = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for index in 0..from.len() {
        let mut part = from.by_index(index).expect("a part");
        let mut text = String::new();
        part.read_to_string(&mut text).expect("read");
        let name = part.name().expect("a name").into_owned();
        to.start_file(name, zip::write::SimpleFileOptions::default()).expect("a part");
        to.write_all(text.replace(that, this).as_bytes()).expect("written");
    }
    to.finish().expect("a workbook").into_inner()
}

#[test]
fn a_formula_without_its_result_is_no_empty_cell() {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    sheet.write(0, 0, "a").expect("written").write(0, 1, "b").expect("written").write(1, 0, "x").expect("written");
    sheet.write_formula(1, 1, Formula::new("=70+7").set_result("77")).expect("written");
    sheet.write(2, 0, "y").expect("written");
    sheet.write_formula(2, 1, Formula::new("=IF(A3=\"\",1,\"\")").set_result("nothing")).expect("written");
    // As programs write it whose formula says an empty text.
    let bytes = instead(&book.save_to_buffer().expect("a workbook"), "<v>nothing</v>", "<v></v>");
    assert_eq!(shown(&bytes), "a|b\n2: x|77\n3: y|");
    // As programs write it that do not count.
    let uncounted = instead(&bytes, "<v>77</v>", "<v></v>");
    assert_eq!(shown(&uncounted), "a|b\n2: x| [b: FormulaError]\n3: y|");
    let (_, rows) = read(uncounted).expect("readable");
    assert_eq!(rows[0].faults[0].value, "=70+7");
}

#[test]
fn a_workbook_that_unpacks_to_too_much_is_refused() {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    for row in 0..2000 {
        sheet.write(row, 0, "the same again and again").expect("written");
    }
    let bytes = book.save_to_buffer().expect("a workbook");
    let limits = Limits { unpacked_bytes: 50_000, ..Limits::default() };
    assert_eq!(read_within(bytes, limits).expect_err("too large").code(), "too_large");
}

#[test]
fn a_stream_and_a_file_give_the_same() {
    let mut file = tempfile::NamedTempFile::new().expect("a file");
    file.write_all(b"a,b\n1,2\n").expect("written");
    let mut from_file = Sheet::open(file.path(), Limits::default()).expect("a sheet");
    let mut from_stream = Sheet::from_stream("s", b"a,b\n1,2\n".as_slice(), Limits::default()).expect("a sheet");
    let read = |sheet: &mut Sheet| sheet.rows().expect("rows").collect::<Result<Vec<_>, _>>().expect("sound");
    assert_eq!(read(&mut from_file), read(&mut from_stream));
    assert_eq!(read(&mut from_file).len(), 1, "a sheet can be read again");
    let missing = Sheet::open(Path::new("/nowhere/at/all.csv"), Limits::default()).err().expect("no file");
    assert_eq!(missing.code(), "unreadable");
}
