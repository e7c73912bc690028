//! The district's report over HTTP, against the bare SQL over the same summary: 12,000 students, 150,000 lines.

use std::time::Instant;

use anyhow::bail;
use kepu_tests::Server;
use kepu_tests::school::{School, class_of};
use uuid::Uuid;

use crate::results::{Row, median, ratio};

const STUDENTS: usize = 12_000;
const LINES: i32 = 150_000;

/// What any report of this kind must ask of the summary: sums and persons of each part, who is enrolled where, how
/// persons stand, and how much they have.
const BARE: [&str; 4] = [
    "SELECT category, rule, school_id, grade, host_id, sum(records), sum(counted), sum(cut), sum(refused), sum(raw),
            sum(credits), sum(bit_count(took::bit(64))), sum(bit_count(earned::bit(64)))
     FROM (SELECT category, rule, school_id, grade, host_id, block, sum(records) AS records, sum(counted) AS counted,
                  sum(cut) AS cut, sum(refused) AS refused, sum(raw) AS raw, sum(credits) AS credits,
                  bit_or(took) AS took, bit_or(earned) AS earned
           FROM credit_cell WHERE district_id = $1 AND policy_id = 'guangming-illustrative'
           GROUP BY GROUPING SETS ((block), (category, block), (category, rule, block), (school_id, block),
                                   (grade, block), (host_id, block))) part
     GROUP BY category, rule, school_id, grade, host_id",
    "SELECT school_id, grade, count(DISTINCT person_id) FROM enrolment WHERE district_id = $1
     GROUP BY GROUPING SETS ((), (school_id), (grade))",
    "SELECT s.requirements, s.levels, count(*) FROM score s
     WHERE s.district_id = $1 AND s.policy_id = 'guangming-illustrative' AND s.eligible
       AND EXISTS (SELECT FROM enrolment e WHERE e.district_id = $1 AND e.person_id = s.person_id)
     GROUP BY s.requirements, s.levels",
    "SELECT total, count(*) FROM score WHERE district_id = $1 AND policy_id = 'guangming-illustrative' GROUP BY total",
];

/// Measures both in turn, many times.
pub async fn run(rounds: usize) -> anyhow::Result<Vec<Row>> {
    let server = Server::start_with(|config| config.request_timeout = 600).await;
    let school = School::new(&server, 1).await;
    school.adopt(include_str!("../../policies/guangming-illustrative.yaml")).await;
    fill(&server, &school).await?;
    let (mut over_http, mut bare) = (Vec::new(), Vec::new());
    for _ in 0..rounds.max(5) {
        let start = Instant::now();
        let answer = school.official.get("/api/v1/reports/credits").await;
        if answer.status != 200 {
            bail!("the report was refused: {}", answer.text());
        }
        over_http.push(start.elapsed().as_secs_f64());
        let start = Instant::now();
        for statement in BARE {
            sqlx::query(statement).bind(school.district).fetch_all(server.pool()).await?;
        }
        bare.push(start.elapsed().as_secs_f64());
    }
    let (over_http, bare) = (median(over_http), median(bare));
    Ok(vec![Row {
        name: "district report over HTTP, time",
        figure: format!("{:.0} ms", over_http * 1000.0),
        limit: format!("bare SQL over the summary: {:.0} ms", bare * 1000.0),
        ratio: ratio(over_http, bare),
        target: 1500,
        smaller_is_better: true,
    }])
}

async fn fill(server: &Server, school: &School) -> anyhow::Result<()> {
    let district = school.district;
    for _ in 0..20 {
        let another = server.organization(district, "school", &format!("第{}试验学校", server.number())).await;
        for grade in 5..9 {
            class_of(server, district, another, grade, STUDENTS / 80).await;
        }
    }
    let hosts: Vec<Uuid> = {
        let mut hosts = Vec::new();
        for _ in 0..15 {
            hosts.push(server.organization(district, "base", &format!("试验基地{}", server.number())).await);
        }
        hosts
    };
    sqlx::query(
        "WITH e AS (SELECT person_id, school_id, class_id, grade, row_number() OVER (ORDER BY id) - 1 AS n
                    FROM enrolment WHERE district_id = $1)
         INSERT INTO score_line (district_id, policy_id, record_id, person_id, raw, counted, status, category, rule,
                                 school_id, class_id, grade, host_id, on_day, minutes)
         SELECT $1, 'guangming-illustrative', gen_random_uuid(), e.person_id, 2000, (g % 3) * 1000, 'counted',
                'category' || (g % 4), 'rule' || (g % 9), e.school_id, e.class_id, e.grade, ($2::uuid[])[1 + g % 15],
                date '2025-09-01' + g % 280, 120
         FROM generate_series(1, $3) g JOIN e ON e.n = g % $4",
    )
    .bind(district)
    .bind(&hosts)
    .bind(LINES)
    .bind(i32::try_from(STUDENTS)?)
    .execute(server.pool())
    .await?;
    sqlx::query(
        "INSERT INTO score (district_id, policy_id, person_id, policy_version_id, eligible, total, requirements, computed_at,
                            stands_on, person_version)
         SELECT l.district_id, l.policy_id, l.person_id, v.policy_version_id, true, sum(l.counted),
                '[{\"id\":\"r\",\"met\":true,\"shortfall\":\"0\",\"missing\":[]}]', now(),
                current_date, 1
         FROM score_line l JOIN policy_adoption v ON v.district_id = l.district_id AND v.state = 'effective'
         WHERE l.district_id = $1 GROUP BY 1, 2, 3, 4
         ON CONFLICT (district_id, policy_id, person_id) DO UPDATE SET total = excluded.total",
    )
    .bind(district)
    .execute(server.pool())
    .await?;
    sqlx::query(
        "INSERT INTO person_seat (district_id, person_id, seat)
         SELECT district_id, person_id, row_number() OVER (ORDER BY min(class_id::text), person_id) - 1
         FROM score_line WHERE district_id = $1 GROUP BY district_id, person_id",
    )
    .bind(district)
    .execute(server.pool())
    .await?;
    sqlx::query(
        "INSERT INTO credit_cell
         SELECT l.district_id, l.policy_id, l.on_day, l.host_id, l.school_id, l.class_id, l.grade, l.category, l.rule,
                s.seat / 64, count(*), count(*) FILTER (WHERE status = 'counted'), count(*) FILTER (WHERE status = 'cut'),
                count(*) FILTER (WHERE status = 'refused'), count(*) FILTER (WHERE flagged), sum(raw), sum(counted),
                bit_or(1::bigint << (s.seat % 64)::int),
                bit_or(CASE WHEN l.counted > 0 THEN 1::bigint << (s.seat % 64)::int ELSE 0 END)
         FROM score_line l JOIN person_seat s ON s.district_id = l.district_id AND s.person_id = l.person_id
         WHERE l.district_id = $1 GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10",
    )
    .bind(district)
    .execute(server.pool())
    .await?;
    sqlx::raw_sql("ANALYZE").execute(server.pool()).await?;
    Ok(())
}
