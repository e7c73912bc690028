//! Authorities, schools, bases with their designations, accounts, and what is on offer.

use std::time::Instant;

use serde_json::{Value, json};

use super::{DISTRICT, Loader, each};
use crate::demo::{
    client::{Account, word},
    names,
    plan::{AT_BASES, AT_SCHOOLS, Host, Offer},
};

const SOURCE: &str = "演示数据 demonstration data";

impl Loader<'_> {
    /// Everything that the pupils find there.
    pub(super) async fn network(&mut self) -> anyhow::Result<()> {
        let began = Instant::now();
        let platform = self.platform();
        let mut parent = Value::Null;
        for (level, code, zh, en) in [
            ("country", "CN", "中国", "China"),
            ("province", "440000", "广东省", "Guangdong"),
            ("city", "440300", "深圳市", "Shenzhen"),
        ] {
            let body = json!({ "level": level, "parent_id": parent, "code": code, "name_zh": zh, "name_en": en });
            parent = platform.post("/api/v1/authorities", &body).await?["id"].take();
        }
        let city = parent;
        let body = json!({ "parent_id": city, "code": DISTRICT, "name_zh": "光明区", "name_en": "Guangming District" });
        let district = platform.post("/api/v1/districts", &body).await?;
        word(&district, "id")?.clone_into(&mut self.district);
        self.mark(&json!({ "state": "loading", "size": self.plan.size.word() })).await?;
        let district = json!(self.district);
        self.make(
            &platform,
            "official",
            "演示区教育局工作人员",
            &json!({ "role": "district_official", "district_id": district }),
        )
        .await?;
        self.make(
            &platform,
            "approver",
            "演示区教育局复核人员",
            &json!({ "role": "district_official", "district_id": district }),
        )
        .await?;
        self.make(&platform, "city", "演示市教育局工作人员", &json!({ "role": "city_official", "authority_id": city }))
            .await?;
        self.make(&self.official(), "auditor", "演示审计员", &json!({ "role": "auditor", "district_id": district }))
            .await?;

        self.organizations().await?;
        self.designations().await?;
        self.accounts().await?;
        let offers = self.offers().await?;
        let organizations = self.plan.schools.len() + self.plan.bases;
        self.say("network", "schools and bases", organizations, began);
        println!("{:<16} {offers:>7} activities on offer", "");
        Ok(())
    }

    /// Makes an account and takes it into use with the password of all.
    pub(super) async fn make(&self, by: &Account, login: &str, name: &str, grant: &Value) -> anyhow::Result<()> {
        let body = json!({ "login": login, "display_name": name, "grants": [grant] });
        let made = by.post("/api/v1/accounts", &body).await?;
        self.api.first_sign_in(login, word(&made, "one_time_password")?).await
    }

    async fn organizations(&mut self) -> anyhow::Result<()> {
        let official = &self.official();
        let schools = self.plan.schools.iter().map(|school| {
            let (zh, en) = names::school(school.number);
            let body = json!({ "kind": "school", "code": format!("S{:02}", school.number), "name_zh": zh, "name_en": en,
                               "attributes": { "pilot": true } });
            (Host::School(school.number), body)
        });
        let bases = (1..=self.plan.bases).map(|number| {
            let (zh, en) = names::base(number);
            let body = json!({ "kind": "base", "code": format!("B{number:02}"), "name_zh": zh, "name_en": en });
            (Host::Base(number), body)
        });
        let made = each(schools.chain(bases).collect(), async |(host, body): (Host, Value)| {
            let made = official.post("/api/v1/organizations", &body).await?;
            Ok((host, word(&made, "id")?.to_owned()))
        })
        .await?;
        self.hosts.extend(made);
        Ok(())
    }

    /// Most bases are designated since the pilot began; one gains a level, one begins later, one has ended.
    async fn designations(&self) -> anyhow::Result<()> {
        let official = self.official();
        let body = json!({ "code": "base", "name_zh": "校外科技创新教育基地", "name_en": "Off-campus science education base",
                           "holder_kinds": ["base"] });
        let scheme = official.post("/api/v1/schemes", &body).await?;
        let scheme = word(&scheme, "id")?;
        let second = self.plan.second_term();
        for number in 1..=self.plan.bases {
            let since = json!("2022-11-16");
            let terms = match number {
                2 => vec![(since, json!(second.pred_opt()), "区级"), (json!(second), Value::Null, "市级")],
                n if n >= 3 && n + 1 == self.plan.bases => vec![(json!(second), Value::Null, "区级")],
                n if n >= 3 && n == self.plan.bases => vec![(since, json!(second.pred_opt()), "区级")],
                _ => vec![(since, Value::Null, "区级")],
            };
            let path = format!("/api/v1/organizations/{}/designations", self.host(Host::Base(number))?);
            for (part, (from, to, level)) in terms.into_iter().enumerate() {
                let body = json!({ "scheme_id": scheme, "number": format!("DEMO-{number:02}-{}", part + 1), "level": level,
                                   "valid_from": from, "valid_to": to, "source": SOURCE });
                official.post(&path, &body).await?;
            }
        }
        Ok(())
    }

    /// A teacher and an administrator for each school, staff for each base.
    async fn accounts(&self) -> anyhow::Result<()> {
        let began = Instant::now();
        let mut wanted = Vec::new();
        for school in &self.plan.schools {
            let number = school.number;
            let id = self.host(Host::School(number))?;
            let name = names::school(number).0;
            wanted.push((format!("teacher{number:02}"), format!("{name}教师"), "teacher", id));
            wanted.push((format!("school{number:02}"), format!("{name}管理员"), "school_admin", id));
        }
        for number in 1..=self.plan.bases {
            let id = self.host(Host::Base(number))?;
            let name = names::base(number).0;
            wanted.push((format!("base{number:02}"), format!("{name}工作人员"), "base_staff", id));
            if number <= 5 {
                wanted.push((format!("baseadmin{number:02}"), format!("{name}管理员"), "base_admin", id));
            }
        }
        let count = wanted.len();
        let official = &self.official();
        each(wanted, async |(login, name, role, organization): (String, String, &str, &str)| {
            self.make(official, &login, &name, &json!({ "role": role, "organization_id": organization })).await
        })
        .await?;
        self.say("accounts", "teachers and staff", count, began);
        Ok(())
    }

    async fn offers(&mut self) -> anyhow::Result<usize> {
        let mut wanted: Vec<(Host, usize, Offer)> = Vec::new();
        for number in 1..=self.plan.bases {
            wanted.extend(AT_BASES.iter().enumerate().map(|(i, offer)| (Host::Base(number), i, *offer)));
        }
        for school in &self.plan.schools {
            wanted.extend(AT_SCHOOLS.iter().enumerate().map(|(i, offer)| (Host::School(school.number), i, *offer)));
        }
        let this = &*self;
        let made = each(wanted, async |(host, place, offer): (Host, usize, Offer)| {
            let body = json!({ "host_id": this.host(host)?, "code": offer.code, "kind": offer.kind, "title_zh": offer.zh,
                               "title_en": offer.en, "minutes": offer.minutes, "grades": { "from": 5, "to": 8 } });
            let made = this.of_host(host).post("/api/v1/activities", &body).await?;
            Ok(((host, place), word(&made, "id")?.to_owned()))
        })
        .await?;
        self.activities.extend(made);
        Ok(self.activities.len())
    }
}
