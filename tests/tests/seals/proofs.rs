//! What a student takes away, and what becomes of it when somebody changes it.

use kepu_domain::role::{GrantScope, Role};
use kepu_domain::seal::proof::Proof;
use kepu_tests::Server;
use uuid::Uuid;

use crate::kit::{book, key, seal, text, town, unpacked, verify_proof, verify_proofs};

const HEAD: &str = "c2sp.org/tlog-proof@v1";

/// The proofs of a file.
fn parts(file: &str) -> Vec<Proof> {
    file.split(HEAD).skip(1).map(|rest| Proof::parse(&format!("{HEAD}{rest}")).expect("a proof")).collect()
}

#[tokio::test]
async fn a_student_takes_the_proof_away_and_it_stands_alone() {
    let mut server = Server::start().await;
    let school = town(&server, 3).await;
    let pupil = school.pupils[1].0;
    let student = server.account(Role::Student, GrantScope::Person { district: school.district, person: pupil }).await;
    let path = format!("/api/v1/persons/{pupil}/ledger/proof");
    student.get(&path).await.expect_problem(409, "not_sealed");
    book(&server, &school).await;
    seal(&server).await;
    let single = text(&student, &path).await;
    assert!(single.starts_with(HEAD) && single.matches(HEAD).count() == 1, "one entry is one file");
    book(&server, &school).await;
    seal(&server).await;
    let answer = student.get(&path).await;
    assert_eq!((answer.status, answer.header("content-type")), (200, "application/zip"), "{}", answer.text());
    let archive = answer.bytes;
    let files = unpacked(&archive);
    let entries = student.get(&format!("/api/v1/persons/{pupil}/ledger")).await.expect(200);
    let entry = entries["items"][0]["id"].as_str().expect("an id");
    let one = text(&student, &format!("{path}?entry={entry}")).await;
    assert_eq!(files.len(), 2);
    for (name, proof) in &files {
        assert!(proof.starts_with(HEAD) && proof.matches(HEAD).count() == 1, "{name}: {proof}");
        let of = |id: &str| name.contains("_+2_") && name.ends_with(&format!("_{id}.tlog-proof"));
        assert_eq!(of(entry), *proof == one, "{name}");
    }
    // As it was given out before: one after another.
    let file: String = files.iter().map(|(_, proof)| proof.as_str()).collect();
    student.get(&format!("{path}?entry={}", Uuid::nil())).await.expect_problem(404, "not_found");
    let key = key(&server, school.district).await;
    let reads: i64 = sqlx::query_scalar("SELECT count(*) FROM audit_event WHERE action = 'ledger.prove'")
        .fetch_one(server.pool())
        .await
        .expect("counted");
    assert_eq!(reads, 3);
    // Without the operator.
    server.stop().await.expect("stopped");

    let (status, told) = verify_proof(&file, &key, "en");
    assert_eq!(status, Some(0), "{told}");
    assert!(told.contains("all 2 ledger entries") && told.contains("Together 4 credits"), "{told}");
    let (status, told) = verify_proof(&file, &key, "zh");
    assert!(status == Some(0) && told.contains("合计 4 学分"), "{told}");
    assert_eq!(verify_proof(&one, &key, "en").0, Some(0));
    let singles: Vec<&[u8]> = files.iter().map(|(_, proof)| proof.as_bytes()).collect();
    for given in [vec![archive.as_slice()], singles.clone()] {
        let (status, told) = verify_proofs(&given, &key, "en");
        assert!(status == Some(0) && told.contains("Together 4 credits"), "{told}");
    }
    let holds_no_name = parts(&file).iter().all(|proof| !proof.canonical.contains(&school.pupils[1].1));
    assert!(holds_no_name, "a proof names nobody");

    let changed = |change: &dyn Fn(&mut Proof)| {
        let mut all = parts(&file);
        change(&mut all[1]);
        verify_proof(&all.iter().map(Proof::text).collect::<String>(), &key, "en")
    };
    let refused = |(status, told): (Option<i32>, String), code: &str| {
        assert!(status == Some(1) && told.contains(&format!("[{code}]")), "{code}: {status:?} {told}");
    };
    refused(changed(&|proof| proof.canonical = proof.canonical.replace("amount 2000", "amount 9000")), "changed");
    refused(changed(&|proof| proof.salt[3] ^= 1), "changed");
    let never_sealed = |proof: &mut Proof| {
        proof.canonical = proof.canonical.replace("amount 2000", "amount 9000");
        proof.leaf = kepu_domain::seal::proof::leaf(&proof.salt, &proof.canonical);
    };
    refused(changed(&never_sealed), "not_in_tree");
    refused(changed(&|proof| proof.index ^= 1), "not_in_tree");
    refused(changed(&|proof| proof.checkpoint = proof.checkpoint.replace("\n6\n", "\n7\n")), "bad_signature");
    refused(verify_proof(&format!("{one}{one}"), &key, "en"), "twice");
    refused(verify_proof(&one[..one.len() / 2], &key, "en"), "unreadable");
    refused(verify_proof("nothing", &key, "en"), "no_proof");
    refused(verify_proofs(&[&archive, one.as_bytes()], &key, "en"), "twice");
    let broken = files[1].1.replace("index ", "index 1");
    let (status, told) = verify_proofs(&[singles[0], broken.as_bytes()], &key, "en");
    assert!(status == Some(1) && told.contains("1.tlog-proof: ") && told.contains("[not_in_tree]"), "{told}");
    assert_eq!(verify_proofs(&[b"PK nonsense"], &key, "en").0, Some(2));
    // A key of the same name that somebody else has made.
    let stranger = kepu_domain::seal::note::Key {
        name: key.split('+').next().expect("a name").to_owned(),
        public: ed25519_dalek::SigningKey::from_bytes(&[5; 32]).verifying_key().to_bytes(),
    };
    refused(verify_proof(&file, &stranger.text(), "en"), "wrong_key");
    assert_eq!(verify_proof(&file, "not a key", "en").0, Some(2));
    let folder = tempfile::tempdir().expect("a folder");
    let unreadable = folder.path().join("key.txt");
    std::fs::write(&unreadable, [0xff, 0xfe, 0x00]).expect("written");
    let unreadable = unreadable.to_str().expect("a path");
    assert_eq!(verify_proof(&file, unreadable, "en"), (Some(2), String::new()), "a file that is no text");
}
