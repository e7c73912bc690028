//! The OpenAPI document, generated from the handlers and committed as `openapi.json`.

use utoipa::{
    Modify, OpenApi,
    openapi::{
        OpenApi as Document, SecurityRequirement,
        security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme},
    },
};

use crate::error::{FieldError, Problem};

#[derive(OpenApi)]
#[openapi(
    info(title = "kepu", description = "Popular-science credit of a district's students."),
    components(schemas(Problem, FieldError)),
    modifiers(&Security)
)]
pub(crate) struct ApiDoc;

struct Security;

impl Modify for Security {
    fn modify(&self, document: &mut Document) {
        let components = document.components.get_or_insert_default();
        components.add_security_scheme(
            "bearer",
            SecurityScheme::Http(HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("JWT").build()),
        );
        components.add_security_scheme(
            "cookie",
            SecurityScheme::ApiKey(ApiKey::Cookie(ApiKeyValue::new(crate::auth::ACCESS_COOKIE))),
        );
        document.security = Some(vec![
            SecurityRequirement::new("bearer", Vec::<String>::new()),
            SecurityRequirement::new("cookie", Vec::<String>::new()),
        ]);
    }
}

/// The document as it is committed: pretty, in a stable order, with a trailing newline.
pub fn text() -> anyhow::Result<String> {
    let (_, document) = crate::router::api().split_for_parts();
    Ok(serde_json::to_string_pretty(&document)? + "\n")
}
