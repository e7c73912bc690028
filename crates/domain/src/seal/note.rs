//! Signed notes (c2sp.org/signed-note) with Ed25519, and checkpoints (c2sp.org/tlog-checkpoint) as their text.

use data_encoding::{BASE64, HEXLOWER};
use sha2::{Digest, Sha256};

use super::tree::Hash;

/// Whether a public key has made a signature of a text: key, text, signature. How that is computed is the caller's.
pub type Holds<'f> = &'f dyn Fn(&[u8; 32], &[u8], &[u8]) -> bool;

/// The type of an Ed25519 signature.
const ED25519: u8 = 1;
/// What a line of a signature begins with.
const DASH: &str = "\u{2014} ";

/// A head of a tree: what is signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// Which tree it is of, `kepu/<code of the district>`; also the name of the key.
    pub origin: String,
    /// How many leaves it has.
    pub size: u64,
    /// Its root.
    pub root: Hash,
}

impl Checkpoint {
    /// The text that is signed.
    pub fn text(&self) -> String {
        format!("{}\n{}\n{}\n", self.origin, self.size, BASE64.encode(&self.root))
    }

    /// Reads the text; lines that follow the three are none of ours.
    pub fn parse(text: &str) -> Option<Self> {
        let mut lines = text.strip_suffix('\n')?.split('\n');
        let origin = lines.next().filter(|origin| !origin.is_empty())?.to_owned();
        let digits = lines.next()?;
        let size: u64 = digits.parse().ok()?;
        let root = BASE64.decode(lines.next()?.as_bytes()).ok()?.try_into().ok()?;
        let sound = size.to_string() == digits && lines.all(|line| !line.is_empty());
        sound.then_some(Self { origin, size, root })
    }
}

/// A public key under its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// Its name: the origin whose checkpoints it signs.
    pub name: String,
    /// The Ed25519 public key.
    pub public: [u8; 32],
}

impl Key {
    /// The first four bytes of SHA-256 of its name, a newline, its type and itself.
    pub fn id(&self) -> [u8; 4] {
        let hash = Sha256::new()
            .chain_update(&self.name)
            .chain_update(b"\n")
            .chain_update([ED25519])
            .chain_update(self.public)
            .finalize();
        hash.first_chunk().copied().unwrap_or_default()
    }

    /// Its id in hex.
    pub fn id_hex(&self) -> String {
        HEXLOWER.encode(&self.id())
    }

    /// As text, the way tools for such logs write it: `name+id+key`.
    pub fn text(&self) -> String {
        let bytes = [[ED25519].as_slice(), &self.public].concat();
        format!("{}+{}+{}", self.name, self.id_hex(), BASE64.encode(&bytes))
    }

    /// Reads the text; none where its parts do not fit each other.
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.trim().splitn(3, '+');
        let (name, id, bytes) = (parts.next()?, parts.next()?, BASE64.decode(parts.next()?.as_bytes()).ok()?);
        let (kind, public) = bytes.split_first()?;
        let key = Self { name: name.to_owned(), public: public.try_into().ok()? };
        (*kind == ED25519 && is_name(name) && key.id_hex() == id).then_some(key)
    }

    /// The line that adds its signature to a note.
    pub fn line(&self, signature: &[u8; 64]) -> String {
        let bytes = [self.id().as_slice(), signature].concat();
        format!("{DASH}{} {}\n", self.name, BASE64.encode(&bytes))
    }
}

fn is_name(name: &str) -> bool {
    !name.is_empty() && !name.contains(|letter: char| letter.is_whitespace() || letter == '+')
}

/// A note as read, with signatures that nobody has checked yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// What is signed, with its last newline.
    pub text: String,
    /// Who signed: name, id of the key, signature.
    pub signatures: Vec<(String, [u8; 4], Vec<u8>)>,
}

/// Why no signature of a note is to be trusted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Untrusted {
    /// By none of the keys: the names and ids that it is signed by.
    OtherKeys(Vec<String>),
    /// In the name of one of the keys, but not by it: the text or the signature is not what was signed.
    Forged,
}

impl Note {
    /// A note with one signature.
    pub fn signed(text: &str, key: &Key, signature: &[u8; 64]) -> String {
        format!("{text}\n{}", key.line(signature))
    }

    /// Reads a note; none where it is not one.
    pub fn parse(note: &str) -> Option<Self> {
        if note.contains(|letter: char| letter < ' ' && letter != '\n') {
            return None;
        }
        let (head, tail) = note.strip_suffix('\n')?.rsplit_once("\n\n")?;
        let one = |line: &str| {
            let (name, signature) = line.strip_prefix(DASH)?.split_once(' ')?;
            let bytes = BASE64.decode(signature.as_bytes()).ok()?;
            let (id, signature) = bytes.split_first_chunk::<4>()?;
            is_name(name).then(|| (name.to_owned(), *id, signature.to_vec()))
        };
        let signatures = tail.split('\n').map(one).collect::<Option<Vec<_>>>()?;
        Some(Self { text: format!("{head}\n"), signatures })
    }

    /// The key of these that has signed it. `holds` tells whether a key has made a signature of a text. Signatures by
    /// others do not matter; one that is said to be by one of these and is not spoils the note.
    pub fn signer<'k>(&self, keys: &'k [Key], holds: Holds<'_>) -> Result<&'k Key, Untrusted> {
        let mut found = None;
        for (name, id, signature) in &self.signatures {
            let Some(key) = keys.iter().find(|key| key.name == *name && key.id() == *id) else { continue };
            if !holds(&key.public, self.text.as_bytes(), signature) {
                return Err(Untrusted::Forged);
            }
            found = found.or(Some(key));
        }
        found.ok_or_else(|| {
            let told = |(name, id, _): &(String, [u8; 4], Vec<u8>)| format!("{name}+{}", HEXLOWER.encode(id));
            Untrusted::OtherKeys(self.signatures.iter().map(told).collect())
        })
    }
}

#[cfg(test)]
#[expect(clippy::indexing_slicing, reason = "a test may panic")]
mod tests {
    use super::*;

    /// The examples of the Go module golang.org/x/mod/sumdb/note: key, text, signature.
    const KEY: &str = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
    const NOTE: &str = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n\n\
                        \u{2014} PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";

    #[test]
    fn the_published_key_and_note_read_as_they_should() {
        let key = Key::parse(KEY).expect("a key");
        assert_eq!((key.name.as_str(), key.id_hex().as_str(), key.text().as_str()), ("PeterNeumann", "c74f20a3", KEY));
        let note = Note::parse(NOTE).expect("a note");
        assert!(note.text.ends_with("what your problem is.\n"));
        let asked = std::cell::Cell::new(0);
        let yes = |public: &[u8; 32], text: &[u8], signature: &[u8]| {
            asked.set(asked.get() + 1);
            *public == key.public && text == note.text.as_bytes() && signature.len() == 64
        };
        assert_eq!(note.signer(std::slice::from_ref(&key), &yes), Ok(&key));
        assert_eq!(asked.get(), 1);
        assert_eq!(note.signer(std::slice::from_ref(&key), &|_, _, _| false), Err(Untrusted::Forged));
        let other = Key { name: "somebody".into(), ..key.clone() };
        let signed_by = vec!["PeterNeumann+c74f20a3".to_owned()];
        assert_eq!(note.signer(&[other], &|_, _, _| true), Err(Untrusted::OtherKeys(signed_by)));
        let signature: [u8; 64] = note.signatures[0].2.clone().try_into().expect("64 bytes");
        assert_eq!(Note::signed(&note.text, &key, &signature), NOTE);
    }

    #[test]
    fn what_is_no_key_or_note_is_refused() {
        let changed = KEY.replace("c74f20a3", "c74f20a4");
        for wrong in ["", "PeterNeumann", "a b+c74f20a3+ARpc", "+c74f20a3+ARpc", &changed] {
            assert_eq!(Key::parse(wrong), None, "{wrong}");
        }
        let no_end = NOTE.trim_end();
        let control = NOTE.replace("If", "I\tf");
        let no_signature = "text\n\n";
        for wrong in ["", no_end, &control, no_signature, "text\n\n- a b\n"] {
            assert_eq!(Note::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_checkpoint_reads_back() {
        let head = Checkpoint { origin: "kepu/110113".into(), size: 12, root: [7; 32] };
        assert_eq!(head.text(), format!("kepu/110113\n12\n{}\n", BASE64.encode(&[7; 32])));
        assert_eq!(Checkpoint::parse(&head.text()), Some(head.clone()));
        let root = BASE64.encode(&[7; 32]);
        for wrong in [
            String::new(),
            format!("\n12\n{root}\n"),
            format!("o\n012\n{root}\n"),
            format!("o\n+12\n{root}\n"),
            format!("o\n12\n{}\n", &root[4..]),
            format!("o\n12\n{root}"),
            format!("o\n12\n{root}\n\n"),
        ] {
            assert_eq!(Checkpoint::parse(&wrong), None, "{wrong}");
        }
        assert!(Checkpoint::parse(&format!("{}an extension\n", head.text())).is_some());
    }
}
