//! What is asked of every operation in the OpenAPI document, whoever wrote it.

use kepu_domain::role::{GrantScope, Role};
use kepu_tests::{Client, Server};
use reqwest::Method;
use serde_json::{Value, json};

/// Operations that need no sign-in. An addition here is a decision: say why beside it.
const PUBLIC: [&str; 22] = [
    "login", // Its token is the credential.
    "refresh",
    // The register of designations is published, so that anybody can check a base.
    "public_register",
    // So is what became of each of them: whoever sees a plaque checks its number.
    "verify_designation",
    // What is published for objection is published; who objects signs in.
    "list_published",
    // What is on offer; it names no person.
    "public_sessions",
    // What is going on in a year, and the same as calendars; they name no person.
    "public_editions",
    "public_edition",
    "programme_calendar",
    "edition_calendar",
    "organization_calendar",
    // The secret in its address is the credential; it names nobody either.
    "own_calendar",
    // Heads of ledgers are evidence only if everybody may keep them. They name no person, and the keys are public halves.
    "read_checkpoint",
    "list_checkpoints",
    "read_consistency",
    "list_checkpoint_keys",
    // A credential is worth something only if whoever is shown it can check it. By its number one learns what is on it, with
    // the name hidden; the rest are public keys and lists of bits.
    "verify_credential",
    "read_issuer",
    "read_issuer_keys",
    "read_achievement",
    "read_issuer_key",
    "read_status_list",
];

struct Operation {
    id: String,
    method: Method,
    path: String,
    takes_body: bool,
    public: bool,
}

fn operations(document: &Value) -> Vec<Operation> {
    let mut all = Vec::new();
    for (path, methods) in document["paths"].as_object().expect("paths") {
        for (method, operation) in methods.as_object().expect("methods") {
            let Ok(method) = Method::from_bytes(method.to_uppercase().as_bytes()) else { continue };
            if operation["operationId"].is_null() {
                continue;
            }
            all.push(Operation {
                id: operation["operationId"].as_str().expect("an id").to_owned(),
                method,
                path: fill(path, operation),
                takes_body: operation["requestBody"]["content"]["application/json"].is_object(),
                public: operation["security"] == json!([{}]) || operation["security"] == json!([]),
            });
        }
    }
    assert!(all.len() > 20, "{}", all.len());
    all
}

/// The path with something of the right type for each parameter.
fn fill(path: &str, operation: &Value) -> String {
    let mut filled = path.to_owned();
    let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
    for parameter in parameters.iter().filter(|parameter| parameter["in"] == "path") {
        let name = parameter["name"].as_str().expect("a name");
        let value = match (parameter["schema"]["format"].as_str(), parameter["schema"]["type"].as_str()) {
            (Some("uuid"), _) => "01890000-0000-7000-8000-000000000001",
            (Some("date"), _) => "2026-09-01",
            (_, Some("integer")) => "1",
            _ => "something",
        };
        filled = filled.replace(&format!("{{{name}}}"), value);
    }
    assert!(!filled.contains('{'), "{path} has an undocumented parameter");
    filled
}

async fn ask(client: &Client, operation: &Operation) -> kepu_tests::Answer {
    let mut request = client.request(operation.method.clone(), &operation.path).header("If-Match", "\"1\"");
    if operation.takes_body {
        request = request.json(&json!({}));
    }
    client.send(request).await
}

#[tokio::test]
async fn every_operation_asks_who_you_are() {
    let server = Server::start().await;
    let nobody = server.anonymous();
    let document = nobody.get("/api/openapi.json").await.expect(200);
    let mut wrong = Vec::new();
    for operation in operations(&document) {
        let listed = PUBLIC.contains(&operation.id.as_str());
        if operation.public != listed {
            wrong.push(format!("{}: the document says public = {}", operation.id, operation.public));
        }
        let answer = ask(&nobody, &operation).await;
        if !listed && answer.status != 401 {
            wrong.push(format!("{} ({}) answers {} to nobody", operation.id, answer.asked, answer.status));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test]
async fn no_operation_fails_on_nonsense_and_each_answers_problems() {
    let server = Server::start().await;
    let district = server.district("东区").await;
    let official = server.account(Role::DistrictOfficial, GrantScope::District { district }).await;
    let document = server.anonymous().get("/api/openapi.json").await.expect(200);
    let mut wrong = Vec::new();
    for operation in operations(&document) {
        // These end the session that the others need.
        if matches!(operation.id.as_str(), "logout" | "logout_everywhere" | "end_device") {
            continue;
        }
        let answer = ask(&official, &operation).await;
        let problem = answer.header("content-type") == "application/problem+json";
        if answer.status >= 500 || (answer.status >= 400) != problem {
            wrong.push(format!("{} ({}): {} {}", operation.id, answer.asked, answer.status, answer.text()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test]
async fn operations_are_named_described_and_answer_documented_problems() {
    let server = Server::start().await;
    let document = server.anonymous().get("/api/openapi.json").await.expect(200);
    let mut seen = std::collections::BTreeSet::new();
    let mut wrong = Vec::new();
    for (path, methods) in document["paths"].as_object().expect("paths") {
        if !path.starts_with("/api/v1/") {
            wrong.push(format!("{path} is not under /api/v1/"));
        }
        for (method, operation) in methods.as_object().expect("methods") {
            let id = operation["operationId"].as_str().unwrap_or("");
            if id.is_empty() || !seen.insert(id.to_owned()) {
                wrong.push(format!("{method} {path}: the operation id {id:?} is missing or twice there"));
            }
            if operation["summary"].as_str().unwrap_or("").is_empty() || operation["tags"][0].is_null() {
                wrong.push(format!("{id} has no summary or no tag"));
            }
            let problems = operation["responses"]["422"]["content"]["application/problem+json"].is_object();
            if !problems {
                wrong.push(format!("{id} does not document its problems; add ApiErrors to its responses"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_committed_document_is_that_of_the_code() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../openapi.json");
    let committed = std::fs::read_to_string(path).unwrap_or_default();
    let current = kepu_api::openapi::text().expect("a document");
    assert!(committed == current, "openapi.json is not that of the code; run `make openapi` and commit it");
}

fn references<'d>(value: &'d Value, found: &mut Vec<&'d str>) {
    match value {
        Value::Object(fields) => {
            found.extend(fields.get("$ref").and_then(Value::as_str));
            fields.values().for_each(|field| references(field, found));
        }
        Value::Array(items) => items.iter().for_each(|item| references(item, found)),
        _ => {}
    }
}

#[test]
fn every_reference_of_the_document_leads_somewhere() {
    let text = kepu_api::openapi::text().expect("a document");
    let document: Value = serde_json::from_str(&text).expect("JSON");
    let mut found = Vec::new();
    references(&document, &mut found);
    assert!(found.len() > 100, "{}", found.len());
    for reference in found {
        let path = reference.strip_prefix('#').expect("of this document");
        assert!(document.pointer(path).is_some(), "{reference} is not defined");
    }
}
