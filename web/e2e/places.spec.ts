import { ask, ownSession, PASSWORD, token } from "./calls";
import { axe, expect, settled, shot, signIn, test } from "./fixtures";
import { choose } from "./office";

// Against the demonstration district: KEPU_URL alone. What a test makes is its own; what it changes it puts back.
const DAY = 24 * 60 * 60_000;

/** A day by the district's calendar, so many days from now. */
const day = (ahead: number) => new Date(Date.now() + 8 * 60 * 60_000 + ahead * DAY).toISOString().slice(0, 10);

test("a base keeps places for a school until they are for all, and nobody registers before they open", async ({ page, request }) => {
  await signIn(page, "base01", PASSWORD);
  await page.goto(`/base/sessions?new=${day(30)}`);
  const drawer = page.getByRole("dialog");
  await choose(page, drawer.getByLabel("活动"), "示范实验：水质检测");
  await drawer.getByLabel("开始", { exact: true }).fill("09:30");
  await page.keyboard.press("Enter");
  await drawer.getByLabel("名额", { exact: true }).fill("10");
  await drawer.getByLabel("开放报名的时间").fill(`${day(10)} 08:00`);
  await page.keyboard.press("Enter");
  await drawer.getByRole("button", { name: "加一所学校" }).click();
  await choose(page, drawer.getByRole("combobox", { name: "第 1 所学校" }), "示范学校第01号", "示范学校第01号");
  await drawer.getByRole("spinbutton", { name: "第 1 所学校的名额" }).fill("11");
  await drawer.getByLabel("余票向所有学校开放的时间").fill(`${day(20)} 08:00`);
  await page.keyboard.press("Enter");
  await axe(page);
  await shot(page, "base-session-release");
  await drawer.getByRole("button", { name: /建\s?立/ }).click();
  // More is kept than there is: said in the form, and nothing typed is lost.
  await expect(drawer).toBeVisible();
  await drawer.getByRole("spinbutton", { name: "第 1 所学校的名额" }).fill("4");
  await drawer.getByRole("button", { name: /建\s?立/ }).click();
  await expect(page).toHaveURL(/\/sessions\/[0-9a-f-]+$/);
  await settled(page);
  await expect(page.getByText("各校预留名额")).toBeVisible();
  await axe(page);
  await shot(page, "base-session-released");
  const id = page.url().split("/").at(-1) ?? "";

  const teacher = await token(request, "teacher01");
  const { items } = await ask<{ items: { id: string }[] }>(request, teacher, "GET", "/api/v1/classes?limit=1");
  const early = await request.post(`/api/v1/sessions/${id}/participations`, {
    headers: { authorization: `Bearer ${teacher}` },
    data: { class_id: items[0]?.id },
  });
  expect(early.status()).toBe(409);
  expect(((await early.json()) as { code: string }).code).toBe("places_not_open");
});

test("a district says what follows for those who register and do not come, and a pupil's page tells it", async ({ page, request }) => {
  const official = await token(request, "official");
  const base = await token(request, "base01");
  const teacher = await token(request, "teacher01");
  const code = `N${Date.now().toString(36)}`;
  const soon = new Date(Date.now() + 60 * 60_000).toISOString();
  const { session } = await ownSession(request, base, { code, title: `places ${code}`, minutes: 60, starts_at: soon });
  const classes = await ask<{ items: { id: string }[] }>(request, teacher, "GET", "/api/v1/classes?limit=1");
  const pupils = await ask<{ items: { id: string; name: string }[] }>(request, teacher, "GET", `/api/v1/classes/${classes.items[0]?.id}/persons?limit=500`);
  const pupil = pupils.items.at(-1);
  await ask(request, teacher, "POST", `/api/v1/sessions/${session}/participations`, { persons: [{ person_id: pupil?.id }] });
  const { version } = await ask<{ version: number }>(request, base, "GET", `/api/v1/sessions/${session}`);
  const past = { starts_at: new Date(Date.now() - 3 * 60 * 60_000).toISOString(), ends_at: new Date(Date.now() - 2 * 60 * 60_000).toISOString() };
  await ask(request, base, "PATCH", `/api/v1/sessions/${session}`, past, { "if-match": `"${version}"` });
  await ask(request, base, "POST", `/api/v1/sessions/${session}/door/close`, { mark_absent: true });

  await signIn(page, "official", PASSWORD);
  await page.goto("/district/settings");
  await expect(page.getByText("只计次数，不作处理")).toBeVisible();
  await page.getByRole("button", { name: /编\s?辑|修\s?改/ }).click();
  const form = page.getByRole("dialog");
  await form.getByRole("switch").click();
  await form.getByLabel("不到几次起提醒").fill("1");
  await form.getByLabel("不到几次起暂停报名").fill("3");
  await axe(page);
  await form.getByRole("button", { name: /保\s?存/ }).click();
  // Both go together: said at the field.
  await expect(form.getByRole("alert").or(form.locator(".ant-form-item-explain-error")).first()).toBeVisible();
  await form.getByLabel("暂停多少天").fill("30");
  await form.getByRole("button", { name: /保\s?存/ }).click();
  await expect(page.getByText("3 次不到，30 天内不能报名")).toBeVisible();
  await axe(page);
  await shot(page, "district-settings-no-shows");

  await page.goto(`/persons/${pupil?.id}`);
  await settled(page);
  await expect(page.getByText(/报名后 \d+ 次没有到场，再不到可能会暂停报名/)).toBeVisible();
  await axe(page);
  await shot(page, "person-no-shows");

  const of = await ask<{ district_id: string }>(request, official, "GET", "/api/v1/me");
  const district = await ask<{ version: number }>(request, official, "GET", `/api/v1/districts/${of.district_id}`);
  await ask(request, official, "PATCH", `/api/v1/districts/${of.district_id}`, { no_shows: null }, { "if-match": `"${district.version}"` });
});
