import type { APIRequestContext } from "@playwright/test";
import { ask, ownSession, PASSWORD, token } from "./calls";
import { axe, expect, settled, shot, signIn, test } from "./fixtures";

interface Organization {
  id: string;
  name_zh: string;
}

/** A pupil of the teacher is confirmed at two bases at once, yesterday at noon: who, and at which base last. */
async function atTwoPlaces(request: APIRequestContext) {
  const teacher = await token(request, "teacher01");
  const run = Date.now() % 1_000_000;
  const noon = new Date(Math.floor(Date.now() / 86_400_000) * 86_400_000 - 20 * 3600_000 + (run % 60) * 60_000);
  const school = (await ask<{ grants: { organization_id: string }[] }>(request, teacher, "GET", "/api/v1/me")).grants[0]?.organization_id;
  const pupils = await ask<{ items: { person_id: string; name: string }[] }>(request, teacher, "GET", `/api/v1/scores?school=${school}&limit=50`);
  const bases: Organization[] = [];
  let pupil: { person_id: string; name: string } | undefined;
  for (const [at, login] of ["baseadmin01", "baseadmin02"].entries()) {
    // oxlint-disable no-await-in-loop
    const base = await token(request, login);
    const starts_at = new Date(noon.getTime() + at * 30 * 60_000).toISOString();
    const { session, host_id } = await ownSession(request, base, { code: `TWO${run}`, title: "同时开馆", minutes: 90, starts_at });
    const asked = pupil ? [pupil] : pupils.items;
    const answer = await ask<{ outcomes: { person_id: string; outcome: string }[] }>(request, teacher, "POST", `/api/v1/sessions/${session}/participations`, {
      persons: asked.slice(-1).map(({ person_id }) => ({ person_id })),
    });
    pupil ??= pupils.items.find(({ person_id }) => person_id === answer.outcomes[0]?.person_id);
    await ask(request, base, "POST", `/api/v1/sessions/${session}/confirmation`, { all: true });
    bases.push(await ask<Organization>(request, base, "GET", `/api/v1/organizations/${host_id}`));
    // oxlint-enable no-await-in-loop
  }
  return { name: pupil?.name ?? "", later: bases[1]?.name_zh ?? "" };
}

test.slow();

test("an official looks at what the rules found alone: one is upheld and loses its credit, one is cleared and looked at again", async ({ page, request }) => {
  const { name, later } = await atTwoPlaces(request);
  await signIn(page, "official", PASSWORD);
  await page.goto("/exceptions");
  await expect(page.getByRole("heading", { level: 1, name: "异常核查" })).toBeVisible();
  await page.getByRole("button", { name: "现在检查" }).click();
  const found = page.getByRole("link", { name: `${name}同时在两处 60 分钟，较晚确认的一处是${later}` });
  await expect(found.first()).toBeVisible();
  await axe(page);
  await shot(page, "exceptions-list");

  // The rules are the district's own.
  await page.getByRole("button", { name: "异常规则" }).click();
  await expect(page.getByRole("dialog").getByLabel("同时在两处：超过几分钟")).toHaveValue("15");
  await settled(page);
  await axe(page);
  await shot(page, "exceptions-rules");
  await page.getByRole("dialog").getByLabel("几天内核查").fill("7");
  await page.getByRole("dialog").getByRole("button", { name: /保\s?存/ }).click();
  await expect(page.getByText("规则已保存")).toBeVisible();
  await expect(page.getByText("项已超过 7 天")).toBeVisible();

  await found.last().click();
  await expect(page.getByRole("heading", { level: 1, name: "同时在两处" })).toBeVisible();
  await axe(page);
  await shot(page, "exceptions-one");
  await page.getByRole("button", { name: "没有问题" }).click();
  await expect(page.getByText("请写明理由")).toBeVisible();
  await page.getByLabel("说明").fill("两馆相邻，半小时内走到");
  await page.getByRole("button", { name: "没有问题" }).click();
  await expect(page.getByText("已记为没有问题")).toBeVisible();
  await page.getByRole("button", { name: "重新核查" }).click();
  await expect(page.getByText("已重新列入待核查")).toBeVisible();

  await page.getByRole("checkbox", { name: `撤销${name}的这条记录` }).last().check();
  await page.getByLabel("说明").fill("第二处没有到场");
  await page.getByRole("button", { name: "确有问题，并撤销 1 条" }).click();
  await expect(page.getByText("已记为确有问题")).toBeVisible();
  await expect(page.getByText("已作废", { exact: true })).toBeVisible();
  await axe(page);
  await shot(page, "exceptions-upheld");
  await page.goto("/exceptions?tab=decided");
  await expect(page.getByText("第二处没有到场").last()).toBeVisible();
});
