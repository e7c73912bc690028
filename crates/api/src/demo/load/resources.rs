//! What bases and a school offer to each other, and a few bookings of it: two to answer, one that is lent and due in two
//! days, and a course that visits schools in turn.

use std::time::Instant;

use anyhow::Context;
use chrono::{Days, NaiveDate};
use serde_json::{Value, json};

use super::Loader;
use crate::demo::{
    client::{number, word},
    plan::Host,
};

/// Kind, title in Chinese and English, summary, theme, lowest grade, how many.
type Offered = (&'static str, &'static str, &'static str, &'static str, &'static str, Option<i32>, i32);

const OF_BASE: [Offered; 6] = [
    ("equipment", "便携式显微镜", "Portable microscopes", "每箱十台，自带电源，附使用说明。", "生命科学", Some(3), 4),
    (
        "course",
        "人工智能体验课",
        "A taste of artificial intelligence",
        "讲师带设备到校，两课时，不需要网络。",
        "人工智能",
        Some(4),
        1,
    ),
    ("equipment", "机器人编程套件", "Robot kits", "二十套，两人一套，需要平板电脑。", "人工智能", Some(5), 2),
    ("game", "昆虫侦探棋盘游戏", "Insect detectives", "四到六人一局，认识三十种本地昆虫。", "生命科学", None, 6),
    ("speaker", "植物学家进校园", "A botanist at school", "一场讲座约六十分钟，可带标本。", "生命科学", None, 1),
    (
        "lesson_material",
        "校园昆虫观察记录表",
        "Insect observation sheets",
        "可直接打印，附教师指引。",
        "生命科学",
        None,
        0,
    ),
];

const OF_SCHOOL: [Offered; 1] =
    [("equipment", "天文望远镜", "Telescopes", "两台，周末可借，需有教师到场。", "航天", Some(5), 2)];

impl Loader<'_> {
    /// Offers and bookings, from today on.
    pub(super) async fn resources(&self) -> anyhow::Result<()> {
        let began = Instant::now();
        let day = |ahead: u64| -> anyhow::Result<NaiveDate> {
            self.today().checked_add_days(Days::new(ahead)).context("a day to come")
        };
        let (base, school) = (Host::Base(1), Host::School(self.plan.schools.first().context("a school")?.number));
        let mut made = Vec::new();
        let offers = OF_BASE.iter().map(|one| (base, one)).chain(OF_SCHOOL.iter().map(|one| (school, one)));
        for (host, (kind, zh, en, summary, theme, grade, count)) in offers {
            let body = json!({
                "owner_id": self.host(host)?, "kind": kind, "title_zh": zh, "title_en": en, "summary": summary,
                "theme": theme, "grades": grade.map(|from| json!({ "from": from })), "licence": "cc-by-nc-4.0",
                "reach": if *kind == "equipment" { "districts" } else { "everywhere" },
                "districts": if *kind == "equipment" { json!([self.district]) } else { json!([]) }, "count": count,
            });
            made.push(self.of_host(host).post("/api/v1/resources", &body).await?);
        }
        let offered = |at: usize| made.get(at).context("an offer");
        let ask = async |resource: &Value, first: u64, last: u64, purpose: &str| -> anyhow::Result<Value> {
            let body = json!({
                "resource_id": resource["id"], "organization_id": self.host(school)?, "first_day": day(first)?,
                "last_day": day(last)?, "purpose": purpose,
            });
            self.of_host(school).post("/api/v1/bookings", &body).await
        };
        ask(offered(0)?, 6, 9, "五年级生物观察周").await?;
        ask(offered(2)?, 12, 14, "科技节展示").await?;
        self.lend(base, ask(offered(0)?, 0, 2, "周末植物观察").await?).await?;
        let stops: Vec<Value> = self
            .plan
            .schools
            .iter()
            .take(4)
            .zip((0_u64..).map(|week| 8 + 7 * week))
            .map(|(school, first)| {
                let host = self.host(Host::School(school.number))?;
                Ok(json!({ "organization_id": host, "first_day": day(first)?, "last_day": day(first + 2)? }))
            })
            .collect::<anyhow::Result<_>>()?;
        if stops.len() > 1 {
            let tour = json!({ "resource_id": offered(1)?["id"], "name": "人工智能课校园巡回", "stops": stops });
            word(&self.of_host(base).post("/api/v1/tours", &tour).await?, "id")?;
        }
        self.say("resources", "on offer", made.len(), began);
        Ok(())
    }

    /// The owner agrees, and hands it over today.
    async fn lend(&self, owner: Host, mut booking: Value) -> anyhow::Result<()> {
        for step in ["approve", "deliver"] {
            let path = format!("/api/v1/bookings/{}/{step}", word(&booking, "id")?);
            booking = self.of_host(owner).post_if(&path, number(&booking, "version")?, &json!({})).await?;
        }
        Ok(())
    }
}
