//! What is offered: how it is entered, changed, found and read.

use kepu_domain::role::{GrantScope, Role};
use reqwest::{
    Method,
    multipart::{Form, Part},
};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::kit::{Town, at, find, ids, titles, told};

#[tokio::test]
async fn a_resource_is_offered_changed_and_closed() {
    let town = Town::new(1).await;
    let made =
        town.offer("equipment", "  天文望远镜 ", &json!({ "labels": ["A-1", "A-2"], "grades": { "from": 3 } })).await;
    assert_eq!(
        (&made["title_zh"], &made["item_count"], &made["comes_back"]),
        (&json!("天文望远镜"), &json!(2), &json!(true))
    );
    assert_eq!(made["rating_tenths"], Value::Null);
    let owner = &town.centre.account;
    let changed = owner.patch_json(&at(&made), 1, &json!({ "grades": null, "theme": "天文" })).await.expect(200);
    assert_eq!((&changed["grades"], &changed["theme"]), (&Value::Null, &json!("天文")));
    owner.patch_json(&at(&made), 1, &json!({ "theme": "x" })).await.expect_problem(412, "version_changed");

    let post = async |path: &str, version: i64, body: Value| {
        let path = format!("{}/{path}", at(&made));
        owner.send(owner.request(Method::POST, &path).header("If-Match", format!("\"{version}\"")).json(&body)).await
    };
    post("close", 2, json!({ "reason": "" })).await.expect_problem(422, "invalid");
    let closed = post("close", 2, json!({ "reason": "修理中" })).await.expect(200);
    assert_eq!((&closed["status"], &closed["reason"]), (&json!("closed"), &json!("修理中")));
    post("close", 3, json!({ "reason": "x" })).await.expect_problem(409, "already_closed");
    town.ask(0, &made, 1, 2).await.expect_problem(409, "resource_closed");
    let open = post("reopen", 3, json!({ "reason": "修好了" })).await.expect(200);
    assert_eq!((&open["status"], &open["reason"]), (&json!("open"), &json!("")));
    town.ask(0, &made, 1, 2).await.expect(201);
    for (action, times) in
        [("resource.create", 1), ("resource.change", 1), ("resource.close", 1), ("resource.reopen", 1)]
    {
        assert_eq!(town.audited(action, &made["id"]).await, times, "{action}");
    }
}

#[tokio::test]
async fn bad_resources_are_refused() {
    let town = Town::new(0).await;
    let good = json!({
        "owner_id": town.centre.id, "kind": "course", "title_zh": "人工智能体验课", "licence": "cc-by-4.0",
        "reach": "everywhere",
    });
    let table = [
        ("title_zh", json!(" "), "title_zh"),
        ("kind", json!("book"), "kind"),
        ("licence", json!("mit"), "licence"),
        ("licence", json!("by-permission"), "licence_note"),
        ("licence", json!("other"), "licence_note"),
        ("reach", json!("districts"), "districts"),
        ("districts", json!([town.here]), "districts"),
        ("capacity", json!(0), "capacity"),
        ("count", json!(0), "count"),
        ("count", json!(501), "count"),
        ("labels", json!(["A", " "]), "labels[1]"),
        ("grades", json!({ "from": 9, "to": 5 }), "grades.to"),
        ("theme", json!("x".repeat(61)), "theme"),
        ("owner_id", json!(Uuid::nil()), ""),
    ];
    for (field, value, wrong) in table {
        let mut body = good.clone();
        body[field] = value;
        let answer = town.centre.account.post_json("/api/v1/resources", &body).await;
        if wrong.is_empty() {
            answer.expect_problem(403, "forbidden");
            continue;
        }
        let problem = answer.expect_problem(422, "invalid");
        assert_eq!(problem["errors"][0]["field"], wrong, "{problem}");
    }
    let mut body = good.clone();
    (body["reach"], body["districts"]) = (json!("districts"), json!([Uuid::nil()]));
    let problem = town.centre.account.post_json("/api/v1/resources", &body).await.expect_problem(422, "invalid");
    assert_eq!(told(&problem), [("districts", "unknown")]);
    let mut body = good.clone();
    (body["labels"], body["count"]) = (json!(["A"]), json!(1));
    let problem = town.centre.account.post_json("/api/v1/resources", &body).await.expect_problem(422, "invalid");
    assert_eq!(told(&problem), [("count", "not_with_labels")]);
}

#[tokio::test]
async fn an_offer_that_is_sent_twice_is_made_once() {
    let town = Town::new(0).await;
    let body = json!({
        "owner_id": town.centre.id, "kind": "speaker", "title_zh": "院士讲座", "licence": "other",
        "licence_note": "不得录像", "reach": "at_owner",
    });
    let client = town.centre.account.client.clone().with_header("Idempotency-Key", "offer-1");
    let first = client.post_json("/api/v1/resources", &body).await.expect(201);
    let again = client.post_json("/api/v1/resources", &body).await.expect(201);
    assert_eq!(first["id"], again["id"]);
    let all = town.centre.account.get("/api/v1/resources").await.expect(200);
    assert_eq!(ids(&all).len(), 1);
}

/// Chinese words of two characters and of three, a word whose pairs are all there but not the word, and other writing.
#[tokio::test]
async fn words_are_found_wherever_they_stand() {
    let town = Town::new(0).await;
    let owner = &town.centre.account;
    for (kind, title, change) in [
        ("lesson_material", "观察日记模板", json!({ "summary": "带孩子记录昆虫的一天", "count": 0 })),
        ("equipment", "昆虫观察箱", json!({ "title_en": "Insect box" })),
        ("course", "机器人入门", json!({ "title_en": "First Robots", "theme": "人工智能" })),
        ("game", "机器、武器人偶大战", json!({})),
        ("course", "3D打印", json!({ "summary": "STEM课程" })),
        ("speaker", "人工智能与未来", json!({})),
        ("game", "“小小”科学家·海洋", json!({ "summary": "可用 3D 眼镜" })),
    ] {
        town.offer(kind, title, &change).await;
    }
    for (q, expected) in [
        ("昆虫", vec!["昆虫观察箱", "观察日记模板"]),
        ("虫", vec!["昆虫观察箱", "观察日记模板"]),
        ("机器人", vec!["机器人入门"]),
        ("机器", vec!["机器人入门", "机器、武器人偶大战"]),
        ("小小科学家", vec!["“小小”科学家·海洋"]),
        ("「小小」科学家", vec!["“小小”科学家·海洋"]),
        ("3d眼镜", vec!["“小小”科学家·海洋"]),
        ("3D 眼镜", vec!["“小小”科学家·海洋"]),
        ("3D 打印", vec!["3D打印"]),
        ("人工智能", vec!["人工智能与未来", "机器人入门"]),
        ("观察 昆虫", vec!["昆虫观察箱", "观察日记模板"]),
        ("昆虫 机器人", vec![]),
        ("ROBOT", vec!["机器人入门"]),
        ("３ｄ打", vec!["3D打印"]),
        ("《stem》", vec!["3D打印"]),
        ("恐龙", vec![]),
        ("100%", vec![]),
    ] {
        let found = find(owner, "/api/v1/resources", &[("q", q)]).await.expect(200);
        assert_eq!(titles(&found), expected, "{q}");
    }
    let problem = find(owner, "/api/v1/resources", &[("q", "%_")]).await.expect_problem(422, "invalid");
    assert_eq!(told(&problem), [("q", "nothing_to_find")]);

    // Page by page, what has it in its title stays before what has it elsewhere.
    let mut seen: Vec<String> = Vec::new();
    let mut cursor = String::new();
    loop {
        let mut query = vec![("q", "观察"), ("limit", "1")];
        if !cursor.is_empty() {
            query.push(("cursor", &cursor));
        }
        let page = find(owner, "/api/v1/resources", &query).await.expect(200);
        seen.extend(titles(&page).iter().map(ToString::to_string));
        let Some(next) = page["next_cursor"].as_str() else { break };
        cursor = next.to_owned();
    }
    assert_eq!(seen, ["观察日记模板", "昆虫观察箱"]);
    // A change of the text is found at once.
    let box_ = find(owner, "/api/v1/resources", &[("q", "观察箱")]).await.expect(200)["items"][0].clone();
    owner.patch_json(&at(&box_), 1, &json!({ "title_zh": "蝴蝶观察箱", "title_en": "" })).await.expect(200);
    assert_eq!(titles(&find(owner, "/api/v1/resources", &[("q", "蝴蝶")]).await.expect(200)), ["蝴蝶观察箱"]);
    assert_eq!(titles(&find(owner, "/api/v1/resources", &[("q", "昆虫")]).await.expect(200)), ["观察日记模板"]);
}

#[tokio::test]
async fn filters_leave_what_fits() {
    let town = Town::new(2).await;
    let (owner, there) = (&town.centre.account, town.there.to_string());
    let course = town.offer("course", "航天课", &json!({ "grades": { "from": 5, "to": 6 }, "theme": "航天" })).await;
    let far = json!({ "reach": "districts", "districts": [town.there], "licence": "cc-by-nc-4.0" });
    town.offer("equipment", "显微镜", &far).await;
    let near = json!({ "reach": "districts", "districts": [town.here], "count": 2 });
    let planes = town.offer("game", "纸飞机", &near).await;
    town.offer("lesson_material", "教案", &json!({ "count": 0 })).await;
    town.ask(0, &course, 3, 5).await.expect(201);
    town.ask(0, &planes, 4, 4).await.expect(201);

    let (d2, d3, d4) = (town.day(2).to_string(), town.day(3).to_string(), town.day(4).to_string());
    for (query, expected) in [
        (vec![("kind", "course")], vec!["航天课"]),
        (vec![("grade", "5")], vec!["航天课", "显微镜", "纸飞机", "教案"]),
        (vec![("grade", "2")], vec!["显微镜", "纸飞机", "教案"]),
        (vec![("theme", "航天")], vec!["航天课"]),
        (vec![("licence", "cc-by-nc-4.0")], vec!["显微镜"]),
        (vec![("goes_to", there.as_str())], vec!["航天课", "显微镜", "教案"]),
        (vec![("district_id", there.as_str())], vec![]),
        (vec![("status", "closed")], vec![]),
        (vec![("free_from", d2.as_str())], vec!["航天课", "显微镜", "纸飞机", "教案"]),
        (vec![("free_from", d2.as_str()), ("free_to", &d3)], vec!["显微镜", "纸飞机", "教案"]),
        (vec![("free_from", d4.as_str()), ("quantity", "2")], vec!["教案"]),
    ] {
        let found = find(owner, "/api/v1/resources", &query).await.expect(200);
        assert_eq!(titles(&found), expected, "{query:?}");
    }
    find(owner, "/api/v1/resources", &[("free_to", &d3)]).await.expect_problem(422, "invalid");
    find(owner, "/api/v1/resources", &[("free_from", &d3), ("free_to", &d2)]).await.expect_problem(422, "invalid");
}

#[tokio::test]
async fn files_come_with_a_resource_and_anybody_signed_in_may_have_them() {
    let town = Town::new(1).await;
    let made = town.offer("lesson_material", "昆虫课教案", &json!({ "count": 0 })).await;
    let files = format!("{}/files", at(&made));
    let form = |bytes: &'static [u8]| Form::new().part("file", Part::bytes(bytes).file_name("教案.pdf"));
    let owner = &town.centre.account;
    let added = owner.post_form(&files, form(b"%PDF-1.7\n...")).await.expect(201);
    assert_eq!((&added["file_name"], &added["media_type"]), (&json!("教案.pdf"), &json!("application/pdf")));
    owner.post_form(&files, form(b"%PDF-1.7\n...")).await.expect_problem(409, "file_exists");
    owner.post_form(&files, form(b"<script>")).await.expect_problem(415, "not_a_document");
    town.kindergartens[0].account.post_form(&files, form(b"%PDF-1.4\n")).await.expect_problem(403, "forbidden");

    let scope = GrantScope::Person { district: town.there, person: Uuid::from_u128(9) };
    let pupil = town.server.account(Role::Student, scope).await;
    let listed = pupil.get(&files).await.expect(200);
    assert_eq!(ids(&listed), [&added["id"]]);
    let one = format!("{files}/{}", added["id"].as_str().expect("an id"));
    let answer = pupil.get(&one).await;
    assert_eq!((answer.status, answer.bytes.as_slice()), (200, b"%PDF-1.7\n...".as_slice()));
    assert_eq!(answer.header("x-content-type-options"), "nosniff");
    assert!(answer.header("content-disposition").starts_with("attachment;"));
    pupil.delete(&one).await.expect_problem(404, "not_found");
    assert_eq!(owner.delete(&one).await.status, 204);
    pupil.get(&one).await.expect_problem(404, "not_found");
    assert_eq!(town.audited("resource.file_remove", &made["id"]).await, 1);
    // Files alone are not asked for.
    town.ask(0, &made, 1, 1).await.expect_problem(409, "nothing_to_book");
}

#[tokio::test]
async fn items_are_added_and_taken_out_of_service_unless_somebody_counts_on_them() {
    let town = Town::new(1).await;
    let owner = &town.centre.account;
    let made = town.offer("equipment", "显微镜", &json!({})).await;
    let items = format!("{}/items", at(&made));
    let all = owner.post_json(&items, &json!({ "labels": ["带摄像头"] })).await.expect(201);
    assert_eq!((&all["items"][0]["label"], &all["items"][1]["label"]), (&json!("1"), &json!("带摄像头")));
    assert_eq!(all["items"][1]["number"], 2);
    owner.post_json(&items, &json!({ "count": 0 })).await.expect_problem(422, "invalid");
    let booked = town.ask(0, &made, 5, 6).await.expect(201);
    assert_eq!(booked["labels"], json!(["1"]));
    let path = |at: usize| format!("{items}/{}", all["items"][at]["id"].as_str().expect("an id"));
    // Who has, or had, a thing: its own page asks for that.
    let of_item = async |at: usize| {
        let id = all["items"][at]["id"].as_str().expect("an id");
        owner.get(&format!("/api/v1/bookings?item_id={id}")).await.expect(200)["items"].clone()
    };
    assert_eq!((&of_item(0).await[0]["id"], of_item(1).await), (&booked["id"], json!([])));
    let off = json!({ "in_service": false, "note": "镜片裂了" });
    owner.patch_json(&path(0), 1, &off).await.expect_problem(409, "item_is_booked");
    let gone = owner.patch_json(&path(1), 1, &off).await.expect(200);
    assert_eq!((&gone["in_service"], &gone["note"]), (&json!(false), &json!("镜片裂了")));
    town.ask(0, &made, 5, 6).await.expect_problem(409, "resource_taken");
    assert_eq!(owner.get(&at(&made)).await.expect(200)["item_count"], 1);
}
