//! Lists as authorities publish them: what they leave out is said for all rows, terms stand in one cell, commas are Chinese.

use serde_json::{Value, json};

use crate::{counts, errors, official, path, post_if, rows, stage};
use kepu_tests::{Client, Server};

async fn organizations(official: &Client, sheet: &str) {
    let import = stage(official, "kind=organizations", sheet).await.expect(201);
    post_if(official, &format!("{}/commit", path(&import)), 1).await.expect(200);
}

async fn register(server: &Server, on: &str) -> Vec<(String, String, Value, Value, String)> {
    let page = server.anonymous().get(&format!("/api/v1/register?on={on}")).await.expect(200);
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let told = |one: &Value| {
        let days = (one["valid_from"].clone(), one["valid_to"].clone());
        (text(&one["organization_name_zh"]), text(&one["number"]), days.0, days.1, text(&one["source"]))
    };
    page["items"].as_array().expect("items").iter().map(told).collect()
}

#[tokio::test]
async fn a_list_of_names_alone_is_entered_with_what_the_announcement_says() {
    let server = Server::start().await;
    let (_, official) = official(&server).await;
    organizations(&official, "名称,类型\n第一幼儿园,\n第二幼儿园,\n示范馆,博物馆\n").await;
    let scheme = json!({ "code": "centre", "name_zh": "儿童科创中心", "holder_kinds": [] });
    official.post_json("/api/v1/schemes", &scheme).await.expect(201);

    // Neither days nor numbers: refused as a whole, with what would help.
    let sheet = "甲区首批认定名单,\n序号,单位名称\n1,第一幼儿园\n2,示范馆\n";
    let problem =
        stage(&official, "kind=designations&scheme=centre", sheet).await.expect_problem(422, "missing_column");
    let told: Vec<[&Value; 2]> =
        problem["errors"].as_array().expect("errors").iter().map(|one| [&one["field"], &one["code"]]).collect();
    let lacks = json!("missing_or_given");
    assert_eq!(told, [[&json!("number"), &lacks], [&json!("valid_from"), &lacks]]);
    let given = "kind=designations&scheme=centre&source=区公告&valid_from=2026-05-01&valid_to=2029-04-30";
    let wrong = given.replace("2029-04-30", "2020-01-01");
    stage(&official, &format!("{wrong}&number=K"), sheet).await.expect_problem(422, "invalid");
    let import = stage(&official, &format!("{given}&number=KC-{{nnn}}"), sheet).await.expect(201);
    assert_eq!((counts(&import), &import["ignored"]), ([2, 0, 0, 0], &json!([])));
    // What the row does not say itself is shown before it is entered.
    let first = rows(&official, &import).await[0].clone();
    let change = |field: &str, to: &str| json!({ "field": field, "from": "", "to": to });
    let told = [change("number", "KC-001"), change("valid_from", "2026-05-01"), change("valid_to", "2029-04-30")];
    assert_eq!((&first["label"], &first["changes"]), (&json!("第一幼儿园 KC-001"), &json!(told)));
    post_if(&official, &format!("{}/commit", path(&import)), 1).await.expect(200);
    let days = (json!("2026-05-01"), json!("2029-04-30"));
    let of = |name: &str, number: &str| {
        (name.to_owned(), number.to_owned(), days.0.clone(), days.1.clone(), "区公告".to_owned())
    };
    assert_eq!(register(&server, "2026-05-01").await, [of("第一幼儿园", "KC-001"), of("示范馆", "KC-002")]);
    let again = stage(&official, &format!("{given}&number=KC-{{nnn}}"), sheet).await.expect(201);
    assert_eq!(counts(&again), [0, 0, 2, 0]);

    // Both days in one cell; a row's own number and days go before those of the list; Chinese commas.
    let sheet = "单位，有效期，编号\n第一幼儿园，2029年5月1日至2031年12月31日，\n第二幼儿园，自2026年9月1日起三年，自编1\n示范馆，2028年1月—2028年12月，\n";
    let given = "kind=designations&scheme=centre&valid_from=2029-05-01&number=KC-{n}";
    let import = stage(&official, given, sheet).await.expect(201);
    assert_eq!((counts(&import)[0], &import["notes"]), (2, &json!(["chinese_commas"])), "{import}");
    // The licence of the museum still runs on that day.
    assert_eq!(errors(&rows(&official, &import).await), [(4, "holder".to_owned(), "not_for_this_holder".to_owned())]);
    post_if(&official, &format!("{}/commit", path(&import)), 1).await.expect(200);
    let told: Vec<_> = register(&server, "2030-01-01").await.into_iter().map(|one| (one.1, one.2, one.3)).collect();
    assert_eq!(told, [("KC-1".to_owned(), json!("2029-05-01"), json!("2031-12-31"))]);
    let told: Vec<_> = register(&server, "2028-01-01").await.into_iter().map(|one| (one.1, one.2, one.3)).collect();
    assert!(told.contains(&("自编1".to_owned(), json!("2026-09-01"), json!("2029-08-31"))), "{told:?}");
}

#[tokio::test]
async fn every_list_that_is_shipped_imports_as_it_is() {
    let server = Server::start().await;
    let (district, official) = official(&server).await;
    let programme = json!({ "authority_id": district, "code": "joint", "name_zh": "联合行动" });
    official.post_json("/api/v1/programmes", &programme).await.expect(201);
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../data");
    let mut met = Vec::new();
    for entry in std::fs::read_dir(folder).expect("the folder") {
        let entry = entry.expect("a file").path();
        let name = entry.file_name().and_then(|name| name.to_str()).expect("a name").to_owned();
        let given = match name.split('-').next() {
            Some("competition") => "kind=competitions&listed=true&source=教育部",
            Some("joint") => "kind=themes&programme=joint&main_theme=年度主题",
            _ if entry.extension().is_none_or(|kind| kind != "csv") => continue,
            _ => panic!("say how {name} is imported"),
        };
        let sheet = std::fs::read_to_string(&entry).expect("text");
        let import = stage(&official, given, &sheet).await.expect(201);
        let found = counts(&import);
        assert_eq!(
            (found[0] + found[2], found[3]),
            (u64::try_from(sheet.lines().count() - 1).expect("a number"), 0),
            "{name}: {import}"
        );
        post_if(&official, &format!("{}/commit", path(&import)), 1).await.expect(200);
        met.push(name);
    }
    assert_eq!(met.len(), 2, "{met:?}");
}

#[tokio::test]
async fn a_list_of_contests_may_be_a_published_one() {
    let server = Server::start().await;
    let (_, official) = official(&server).await;
    let sheet = "序号,竞赛名称,学段\n1,少年机器人赛,小学\n2,航模赛,\n";
    stage(&official, "kind=competitions", sheet).await.expect_problem(422, "missing_column");
    let given = "kind=competitions&source=市公告&valid_from=2026-09-01&valid_to=2027-08-31";
    let import = stage(&official, given, sheet).await.expect(201);
    assert_eq!(counts(&import), [2, 0, 0, 0]);
    post_if(&official, &format!("{}/commit", path(&import)), 1).await.expect(200);
    let listed = async |listed: bool| {
        let page = official.get(&format!("/api/v1/competitions?q=赛&listed={listed}&limit=500")).await.expect(200);
        page["items"].as_array().map(|items| items.iter().filter(|one| !one["district_id"].is_null()).count())
    };
    assert_eq!((listed(false).await, listed(true).await), (Some(2), Some(0)));

    // The same list turns out to be the authority's.
    let import = stage(&official, &format!("{given}&listed=true"), sheet).await.expect(201);
    let change = json!([{ "field": "listed", "from": "no", "to": "yes" }]);
    assert_eq!((counts(&import), &rows(&official, &import).await[0]["changes"]), ([0, 2, 0, 0], &change));
    post_if(&official, &format!("{}/commit", path(&import)), 1).await.expect(200);
    assert_eq!((listed(false).await, listed(true).await), (Some(0), Some(2)));
    // Who does not say so afterwards changes nothing of that.
    let again = stage(&official, given, sheet).await.expect(201);
    assert_eq!(counts(&again), [0, 0, 2, 0]);
}
