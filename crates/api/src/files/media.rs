//! What a file is, by its first bytes: a name says nothing.

/// A kind of file that may be evidence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Media {
    /// Media type.
    pub media_type: &'static str,
    /// Usual ending of the name.
    pub extension: &'static str,
}

/// What may be evidence, for messages.
pub const ALLOWED: &str = "PDF, OFD, PNG, JPEG, WebP, HEIC, HEIF, AVIF, TIFF";

/// The kind of these bytes; none if it is not among the allowed ones.
pub fn sniff(bytes: &[u8]) -> Option<Media> {
    let media = |media_type, extension| Some(Media { media_type, extension });
    if bytes.starts_with(b"%PDF-") {
        return media("application/pdf", "pdf");
    }
    if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
        return media("image/png", "png");
    }
    if bytes.starts_with(&[0xff, 0xd8, 0xff]) {
        return media("image/jpeg", "jpg");
    }
    if bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP") {
        return media("image/webp", "webp");
    }
    if bytes.starts_with(b"II*\0") || bytes.starts_with(b"MM\0*") {
        return media("image/tiff", "tif");
    }
    if bytes.get(4..8) == Some(b"ftyp") {
        return match bytes.get(8..12)? {
            b"heic" | b"heix" | b"heim" | b"heis" | b"hevc" | b"hevx" => media("image/heic", "heic"),
            b"mif1" | b"msf1" => media("image/heif", "heif"),
            b"avif" | b"avis" => media("image/avif", "avif"),
            _ => None,
        };
    }
    // OFD, the national format for fixed documents, is a ZIP with OFD.xml at its root.
    if bytes.starts_with(b"PK\x03\x04") {
        let files = zip::ZipArchive::new(std::io::Cursor::new(bytes)).ok()?;
        if files.file_names().flatten().any(|name| name.eq_ignore_ascii_case("OFD.xml")) {
            return media("application/ofd", "ofd");
        }
    }
    None
}

/// The name of an uploaded file without folders and control characters, not too long, never empty.
pub fn clean_name(name: &str, media: Media) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or("");
    let clean: String = last.chars().filter(|letter| !letter.is_control()).take(120).collect();
    let clean = clean.trim().trim_start_matches('.');
    if clean.is_empty() { format!("evidence.{}", media.extension) } else { clean.to_owned() }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use rstest::rstest;

    use super::*;

    fn zip_of(name: &str) -> Vec<u8> {
        let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        writer.start_file(name, zip::write::SimpleFileOptions::default()).expect("a file");
        writer.write_all(b"<x/>").expect("written");
        writer.finish().expect("a zip").into_inner()
    }

    #[rstest]
    #[case(b"%PDF-1.7\n", Some("application/pdf"))]
    #[case(b"\x89PNG\r\n\x1a\n....", Some("image/png"))]
    #[case(&[0xff, 0xd8, 0xff, 0xe0, 0], Some("image/jpeg"))]
    #[case(b"RIFF\x10\0\0\0WEBPVP8 ", Some("image/webp"))]
    #[case(b"RIFF\x10\0\0\0WAVEfmt ", None)]
    #[case(b"\0\0\0\x18ftypheic\0\0\0\0", Some("image/heic"))]
    #[case(b"\0\0\0\x18ftypmif1\0\0\0\0", Some("image/heif"))]
    #[case(b"\0\0\0\x18ftypavif\0\0\0\0", Some("image/avif"))]
    #[case(b"\0\0\0\x18ftypmp42\0\0\0\0", None)]
    #[case(b"II*\0....", Some("image/tiff"))]
    #[case(b"MZ\x90\0", None)]
    #[case(b"<html><script>", None)]
    #[case(b"<svg xmlns=", None)]
    #[case(b"PK\x03\x04garbage", None)]
    #[case(b"GIF89a", None)]
    #[case(b"", None)]
    fn content_decides(#[case] bytes: &[u8], #[case] expected: Option<&str>) {
        assert_eq!(sniff(bytes).map(|media| media.media_type), expected);
    }

    #[test]
    fn a_zip_is_evidence_only_as_ofd() {
        assert_eq!(sniff(&zip_of("OFD.xml")).map(|media| media.media_type), Some("application/ofd"));
        assert_eq!(sniff(&zip_of("word/document.xml")), None);
    }

    #[rstest]
    #[case("奖状.pdf", "奖状.pdf")]
    #[case("C:\\Users\\a\\scan.pdf", "scan.pdf")]
    #[case("../../etc/passwd", "passwd")]
    #[case("a\r\nb\0.pdf", "ab.pdf")]
    #[case("..", "evidence.pdf")]
    #[case("", "evidence.pdf")]
    fn names_are_cleaned(#[case] name: &str, #[case] expected: &str) {
        let media = Media { media_type: "application/pdf", extension: "pdf" };
        assert_eq!(clean_name(name, media), expected);
    }
}
