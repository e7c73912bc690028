//! A large sheet: nothing times out, progress can be seen, and it is quick beside COPY.

use std::{fmt::Write, time::Instant};

use crate::kit::{self, School, Upload, commit, pupils, stage, wait};

fn sheet(school: &School, rows: u32) -> String {
    let mut text = "学校,年级,班级,学号,姓名,出生日期,性别\n".to_owned();
    for n in 0..rows {
        let (grade, class) = (n % 6 + 1, n / 6 % 20 + 1);
        let _ = writeln!(text, "{},{grade},{class},{},学生{n},{}-03-01,男", school.code, 20_000_000 + n, 2020 - grade);
    }
    text
}

async fn import(rows: u32) -> (f64, f64) {
    let server = kit::start().await;
    let school = School::open(&server).await;
    let text = sheet(&school, rows);
    let began = Instant::now();
    let started = stage(&school.official, Upload::new(text.clone())).await;
    let import = wait(&school.official, &started).await;
    assert_eq!(import["counts"]["added"], rows, "{import}");
    let staged = began.elapsed().as_secs_f64();
    commit(&school.official, &import).await;
    let took = began.elapsed().as_secs_f64();
    assert_eq!(pupils(&server, school.district).await, i64::from(rows));

    // The limit: the same persons and enrolments by COPY, with the same keys and indexes.
    let mut connection = server.pool().acquire().await.expect("a connection");
    sqlx::raw_sql(
        "CREATE TEMP TABLE p AS SELECT * FROM person; CREATE TEMP TABLE e AS SELECT * FROM enrolment;
         CREATE TABLE person_copy (LIKE person INCLUDING ALL); CREATE TABLE enrolment_copy (LIKE enrolment INCLUDING ALL);
         ALTER TABLE enrolment_copy ADD FOREIGN KEY (district_id, person_id) REFERENCES person_copy (district_id, id);
         ALTER TABLE enrolment_copy ADD FOREIGN KEY (district_id, class_id) REFERENCES class (district_id, id);",
    )
    .execute(&mut *connection)
    .await
    .expect("made");
    let mut texts = Vec::new();
    for table in ["p", "e"] {
        use futures::TryStreamExt;
        let statement = format!("COPY {table} TO STDOUT");
        let stream = connection.copy_out_raw(&statement).await.expect("begun");
        texts.push(
            stream
                .try_fold(Vec::new(), async |mut all, part| {
                    all.extend_from_slice(&part);
                    Ok(all)
                })
                .await
                .expect("read"),
        );
    }
    let began = Instant::now();
    for (table, text) in ["person_copy", "enrolment_copy"].into_iter().zip(texts) {
        let statement = format!("COPY {table} FROM STDIN");
        let mut copy = connection.copy_in_raw(&statement).await.expect("begun");
        copy.send(text).await.expect("sent");
        copy.finish().await.expect("copied");
    }
    let copied = began.elapsed().as_secs_f64();
    println!(
        "{rows} rows: staged in {staged:.2} s, imported in {took:.2} s; COPY of persons and enrolments {copied:.2} s; ratio {:.2}",
        copied / took
    );

    let began = Instant::now();
    let again = wait(&school.official, &stage(&school.official, Upload::new(text)).await).await;
    assert_eq!(again["counts"]["unchanged"], rows);
    println!("again: {:.2} s", began.elapsed().as_secs_f64());
    (took, copied)
}

#[tokio::test]
async fn a_large_sheet_is_imported() {
    import(12_000).await;
}

#[tokio::test]
#[ignore = "takes a while; run it on a quiet machine: cargo nextest run -p kepu-tests --test roster --run-ignored only --no-capture"]
async fn a_hundred_thousand_rows_beside_copy() {
    let (took, copied) = import(100_000).await;
    assert!(copied / took >= 0.15, "the import took {took:.2} s, COPY {copied:.2} s");
}
