//! Speaks to the service over HTTP as one of several accounts, as a page or a script would.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use anyhow::{Context, bail};
use reqwest::{Method, RequestBuilder, StatusCode, header::RETRY_AFTER, multipart::Form};
use serde_json::{Value, json};

/// A service, and who has signed in there.
#[derive(Clone)]
pub struct Api(Arc<Inner>);

struct Inner {
    http: reqwest::Client,
    url: String,
    password: String,
    tokens: Mutex<HashMap<String, String>>,
}

/// One account at a service.
#[derive(Clone)]
pub struct Account {
    api: Api,
    login: String,
}

/// An answer that was no success.
#[derive(Debug, thiserror::Error)]
#[error("{asked} as {login} answered {status} {code}: {detail}")]
pub struct Problem {
    asked: String,
    login: String,
    status: u16,
    /// The stable code of the problem.
    pub code: String,
    detail: String,
}

impl Api {
    /// The service at this address, where every account has this password.
    pub fn new(url: &str, password: &str) -> anyhow::Result<Self> {
        let http = reqwest::Client::builder().timeout(Duration::from_secs(600)).build()?;
        Ok(Self(Arc::new(Inner {
            http,
            url: url.trim_end_matches('/').to_owned(),
            password: password.to_owned(),
            tokens: Mutex::new(HashMap::new()),
        })))
    }

    /// Acts as this account, which signs in when it first asks for something.
    pub fn account(&self, login: &str) -> Account {
        Account { api: self.clone(), login: login.to_owned() }
    }

    /// Takes a new account into use: the one-time password is exchanged for that of all.
    pub async fn first_sign_in(&self, login: &str, one_time: &str) -> anyhow::Result<()> {
        let token = self.sign_in(login, one_time).await?;
        let body = json!({ "current_password": one_time, "new_password": self.0.password });
        let request = self.request(Method::POST, "/api/v1/auth/password").bearer_auth(&token).json(&body);
        self.answer(request, login, "POST /api/v1/auth/password").await?;
        Ok(())
    }

    async fn sign_in(&self, login: &str, password: &str) -> anyhow::Result<String> {
        let body = json!({ "login": login, "password": password });
        let request = self.request(Method::POST, "/api/v1/auth/login").json(&body);
        let tokens = self.answer(request, login, "POST /api/v1/auth/login").await?;
        let token = tokens["access_token"].as_str().context("the sign-in answered no access token")?;
        Ok(token.to_owned())
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.0.http.request(method, format!("{}{path}", self.0.url))
    }

    /// Sends it, waiting as long as the service asks for when it is too much at once.
    async fn answer(&self, request: RequestBuilder, login: &str, asked: &str) -> anyhow::Result<Value> {
        let mut waits = 0;
        loop {
            let Some(again) = request.try_clone() else { return self.once(request, login, asked).await.map(|a| a.1) };
            let (wait, value) = match self.once(again, login, asked).await {
                Err(error) => return Err(error),
                Ok(answer) => answer,
            };
            match wait {
                Some(wait) if waits < 20 => {
                    waits += 1;
                    tokio::time::sleep(wait).await;
                }
                Some(_) => bail!("{asked} as {login} was put off too often"),
                None => return Ok(value),
            }
        }
    }

    async fn once(
        &self,
        request: RequestBuilder,
        login: &str,
        asked: &str,
    ) -> anyhow::Result<(Option<Duration>, Value)> {
        let response = request.send().await.with_context(|| format!("{asked}: {} does not answer", self.0.url))?;
        let status = response.status();
        let wait = response.headers().get(RETRY_AFTER).and_then(|v| v.to_str().ok()?.parse::<u64>().ok());
        let bytes = response.bytes().await.with_context(|| asked.to_owned())?;
        if status == StatusCode::TOO_MANY_REQUESTS {
            return Ok((Some(Duration::from_secs(wait.unwrap_or(1).clamp(1, 30))), Value::Null));
        }
        let value: Value = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
        if status.is_success() {
            return Ok((None, value));
        }
        let errors = value.get("errors").filter(|e| e.as_array().is_some_and(|a| !a.is_empty()));
        let detail = value["detail"].as_str().unwrap_or("no detail").to_owned();
        Err(Problem {
            asked: asked.to_owned(),
            login: login.to_owned(),
            status: status.as_u16(),
            code: value["code"].as_str().unwrap_or_default().to_owned(),
            detail: errors.map_or(detail.clone(), |errors| format!("{detail} {errors}")),
        }
        .into())
    }
}

impl Account {
    /// What it signs in with.
    pub fn login(&self) -> &str {
        &self.login
    }

    async fn token(&self, fresh: bool) -> anyhow::Result<String> {
        let tokens = || self.api.0.tokens.lock().unwrap_or_else(PoisonError::into_inner);
        let known = tokens().get(&self.login).cloned();
        if let Some(token) = known.filter(|_| !fresh) {
            return Ok(token);
        }
        let token = self.api.sign_in(&self.login, &self.api.0.password).await?;
        tokens().insert(self.login.clone(), token.clone());
        Ok(token)
    }

    /// Sends a request, signing in again when the access token has expired.
    async fn send(&self, build: impl Fn(&Api) -> RequestBuilder, asked: &str) -> anyhow::Result<Value> {
        let token = self.token(false).await?;
        match self.api.answer(build(&self.api).bearer_auth(token), &self.login, asked).await {
            Err(error) if error.downcast_ref::<Problem>().is_some_and(|p| p.status == 401) => {
                let token = self.token(true).await?;
                self.api.answer(build(&self.api).bearer_auth(token), &self.login, asked).await
            }
            answer => answer,
        }
    }

    /// GET.
    pub async fn get(&self, path: &str) -> anyhow::Result<Value> {
        self.send(|api| api.request(Method::GET, path), &format!("GET {path}")).await
    }

    /// POST.
    pub async fn post(&self, path: &str, body: &Value) -> anyhow::Result<Value> {
        self.send(|api| api.request(Method::POST, path).json(body), &format!("POST {path}")).await
    }

    /// POST on the version that was read.
    pub async fn post_if(&self, path: &str, version: i64, body: &Value) -> anyhow::Result<Value> {
        let build = |api: &Api| api.request(Method::POST, path).header("If-Match", format!("\"{version}\"")).json(body);
        self.send(build, &format!("POST {path}")).await
    }

    /// PATCH of the version that was read.
    pub async fn patch(&self, path: &str, version: i64, body: &Value) -> anyhow::Result<Value> {
        let build =
            |api: &Api| api.request(Method::PATCH, path).header("If-Match", format!("\"{version}\"")).json(body);
        self.send(build, &format!("PATCH {path}")).await
    }

    /// PUT.
    pub async fn put(&self, path: &str, body: &Value) -> anyhow::Result<Value> {
        self.send(|api| api.request(Method::PUT, path).json(body), &format!("PUT {path}")).await
    }

    /// PUT on the version that was read; 0 where there is nothing yet.
    pub async fn put_if(&self, path: &str, version: i64, body: &Value) -> anyhow::Result<Value> {
        let build = |api: &Api| api.request(Method::PUT, path).header("If-Match", format!("\"{version}\"")).json(body);
        self.send(build, &format!("PUT {path}")).await
    }

    /// POST of a form with a file.
    pub async fn post_form(&self, path: &str, form: impl Fn() -> Form) -> anyhow::Result<Value> {
        self.send(|api| api.request(Method::POST, path).multipart(form()), &format!("POST {path}")).await
    }

    /// All items of a list.
    pub async fn list(&self, path: &str) -> anyhow::Result<Vec<Value>> {
        let mut items = Vec::new();
        let mut cursor = None::<String>;
        loop {
            let glue = if path.contains('?') { '&' } else { '?' };
            let after = cursor.map(|c| format!("&cursor={c}")).unwrap_or_default();
            let mut page = self.get(&format!("{path}{glue}limit=500{after}")).await?;
            if let Value::Array(some) = page["items"].take() {
                items.extend(some);
            }
            match page["next_cursor"].as_str() {
                Some(next) => cursor = Some(next.to_owned()),
                None => return Ok(items),
            }
        }
    }
}

/// A word of an answer.
pub fn word<'a>(value: &'a Value, name: &str) -> anyhow::Result<&'a str> {
    value[name].as_str().with_context(|| format!("the answer has no {name}: {value}"))
}

/// A whole number of an answer.
pub fn number(value: &Value, name: &str) -> anyhow::Result<i64> {
    value[name].as_i64().with_context(|| format!("the answer has no number {name}: {value}"))
}
