//! Classes of a school year, who is in them, and how they go up at its end.

mod list;
mod promote;
mod store;

use utoipa_axum::{router::OpenApiRouter, routes};

use crate::state::AppState;

pub use list::ClassView;

/// The tag of these operations.
pub const TAG: &str = "classes";

/// A class as people call it: `五年级1班`.
pub fn full_name(grade: i32, name: &str) -> String {
    const YEARS: [&str; 9] = ["一", "二", "三", "四", "五", "六", "七", "八", "九"];
    let year = usize::try_from(grade).ok().and_then(|grade| YEARS.get(grade.checked_sub(1)?));
    let numbered = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_digit());
    let own = if numbered { format!("{name}班") } else { name.to_owned() };
    year.map_or(own.clone(), |year| format!("{year}年级{own}"))
}

/// The operations of this slice.
pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list::list_classes))
        .routes(routes!(list::list_class_persons))
        .routes(routes!(promote::promote_classes))
}
