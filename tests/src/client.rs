//! A client that speaks JSON and remembers who it is.

use reqwest::{Method, RequestBuilder, header::HeaderMap, multipart::Form};
use serde_json::Value;

/// Sends requests, with a token if it has one.
#[derive(Debug, Clone)]
pub struct Client {
    http: reqwest::Client,
    url: String,
    token: Option<String>,
    headers: Vec<(String, String)>,
}

/// What came back.
#[derive(Debug, Clone)]
pub struct Answer {
    /// Method and path, for messages.
    pub asked: String,
    /// The status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body as sent.
    pub bytes: Vec<u8>,
    /// The body as JSON; null if it is none.
    pub body: Value,
}

impl Client {
    /// Somebody who is not signed in.
    pub fn new(url: &str) -> Self {
        Self {
            http: reqwest::Client::builder().build().expect("a client"),
            url: url.to_owned(),
            token: None,
            headers: Vec::new(),
        }
    }

    /// Sends this access token.
    #[must_use]
    pub fn with_token(mut self, token: &str) -> Self {
        self.token = Some(token.to_owned());
        self
    }

    /// Sends this header with every request.
    #[must_use]
    pub fn with_header(mut self, name: &str, value: &str) -> Self {
        self.headers.retain(|(known, _)| !known.eq_ignore_ascii_case(name));
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Asks for this district.
    #[must_use]
    pub fn for_district(self, district: impl ToString) -> Self {
        self.with_header("Kepu-District", &district.to_string())
    }

    /// The access token.
    pub fn token(&self) -> Option<&str> {
        self.token.as_deref()
    }

    /// The address of a path.
    pub fn address(&self, path: &str) -> String {
        format!("{}{path}", self.url)
    }

    /// A request to be completed and passed to [`Client::send`].
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let mut request = self.http.request(method, self.address(path));
        if let Some(token) = &self.token {
            request = request.bearer_auth(token);
        }
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        request
    }

    /// Sends a request and reads the answer.
    pub async fn send(&self, request: RequestBuilder) -> Answer {
        let request = request.build().expect("a request");
        let asked = format!("{} {}", request.method(), request.url().path());
        let response = self.http.execute(request).await.unwrap_or_else(|error| panic!("{asked}: {error:#}"));
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let bytes = response.bytes().await.unwrap_or_else(|error| panic!("{asked}: {error:#}")).to_vec();
        let body = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
        Answer { asked, status, headers, bytes, body }
    }

    /// GET.
    pub async fn get(&self, path: &str) -> Answer {
        self.send(self.request(Method::GET, path)).await
    }

    /// The steps and objects of the news that an account has not read, the oldest first.
    pub async fn news(&self) -> Vec<(String, String)> {
        let page = self.get("/api/v1/reminders?waiting=true&limit=200").await.expect(200);
        let items = page["items"].as_array().expect("items").iter().rev();
        let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
        items.filter(|row| row["stage"] == "news").map(|row| (text(&row["step"]), text(&row["object_id"]))).collect()
    }

    /// DELETE.
    pub async fn delete(&self, path: &str) -> Answer {
        self.send(self.request(Method::DELETE, path)).await
    }

    /// POST with a JSON body.
    pub async fn post_json(&self, path: &str, body: &Value) -> Answer {
        self.send(self.request(Method::POST, path).json(body)).await
    }

    /// POST without a body.
    pub async fn post(&self, path: &str) -> Answer {
        self.send(self.request(Method::POST, path)).await
    }

    /// PUT with a JSON body.
    pub async fn put_json(&self, path: &str, body: &Value) -> Answer {
        self.send(self.request(Method::PUT, path).json(body)).await
    }

    /// PUT with a JSON body, on the version that was read.
    pub async fn put_if(&self, path: &str, version: i64, body: &Value) -> Answer {
        let request = self.request(Method::PUT, path).header("If-Match", format!("\"{version}\"")).json(body);
        self.send(request).await
    }

    /// PATCH with a JSON body, on the version that was read.
    pub async fn patch_json(&self, path: &str, version: i64, body: &Value) -> Answer {
        let request = self.request(Method::PATCH, path).header("If-Match", format!("\"{version}\"")).json(body);
        self.send(request).await
    }

    /// POST of a form with files.
    pub async fn post_form(&self, path: &str, form: Form) -> Answer {
        self.send(self.request(Method::POST, path).multipart(form)).await
    }
}

impl Answer {
    /// The body, if the status is the expected one.
    #[track_caller]
    pub fn expect(self, status: u16) -> Value {
        assert_eq!(self.status, status, "{} answered {}", self.asked, String::from_utf8_lossy(&self.bytes));
        self.body
    }

    /// The body of a problem with this status and code.
    #[track_caller]
    pub fn expect_problem(self, status: u16, code: &str) -> Value {
        let kind = self.header("content-type").to_owned();
        let body = self.expect(status);
        assert_eq!(kind, "application/problem+json", "{body}");
        assert_eq!(body["code"], code, "{body}");
        body
    }

    /// A header; empty if it is not there.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or("")
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }
}
