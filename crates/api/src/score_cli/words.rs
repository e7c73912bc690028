//! Reasons in words, until the engine says them itself.

use kepu_domain::{
    policy::{Policy, Reason},
    text::Lang,
};

pub(super) fn reason_text(reason: &Reason, _lang: Lang, _policy: &Policy) -> String {
    let params = serde_json::to_value(reason).ok().and_then(|v| v.get("params").cloned());
    params.map_or_else(|| reason.code().to_owned(), |params| format!("{} {params}", reason.code()))
}
