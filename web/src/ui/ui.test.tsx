import { act, render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { Form, Input } from "antd";
import { useEffect } from "react";
import { MemoryRouter, useLocation } from "react-router";
import { QueryClientProvider } from "@tanstack/react-query";
import { App } from "antd";
import { describe, expect, it } from "vitest";
import { ProblemError } from "@/api/problem";
import { newQueryClient } from "@/api/query";
import { setLanguage, ready } from "@/i18n";
import { toCsv } from "./csv";
import { type Column, DataTable, type PageAt } from "./DataTable";
import { applyProblemToForm, fieldPath } from "./problems";
import { formatTime, instantToWall, today, wallToInstant } from "./time";
import { accepts } from "./UploadArea";

describe("times", () => {
  it("are those of the district, and days stay days", () => {
    expect(formatTime("2026-11-22T16:30:00Z", "datetime", "zh-CN")).toBe("2026/11/23 00:30");
    expect(formatTime("2026-11-22", "datetime", "zh-CN")).toBe("2026/11/22");
    expect(formatTime("2026-11-22T16:30:00Z", "date", "en")).toBe("23 Nov 2026");
    expect(today(new Date("2026-11-22T16:30:00Z"))).toBe("2026-11-23");
  });

  it("go from the clock on the wall to a moment and back", () => {
    expect(wallToInstant("2026-11-22T14:30")).toBe("2026-11-22T14:30:00+08:00");
    expect(wallToInstant("2026-07-01T09:00", "Europe/Berlin")).toBe("2026-07-01T09:00:00+02:00");
    expect(instantToWall("2026-11-22T06:30:00Z")).toBe("2026-11-22T14:30");
  });
});

it("writes cells that no spreadsheet takes for a formula", () => {
  expect(toCsv([["=1+1", 'a "b", c', "-2.5", "@x"]])).toBe("\uFEFF'=1+1,\"a \"\"b\"\", c\",-2.5,'@x\r\n");
});

it("knows which files are accepted", () => {
  expect(accepts(".xlsx,.csv", { name: "A.XLSX", type: "" })).toBe(true);
  expect(accepts("image/*,application/pdf", { name: "a.png", type: "image/png" })).toBe(true);
  expect(accepts("image/*,application/pdf", { name: "a.exe", type: "application/x-msdownload" })).toBe(false);
});

it("puts the errors of a problem beside their fields", async () => {
  expect(fieldPath("persons[3].minutes")).toEqual(["persons", 3, "minutes"]);
  let rest: string[] = [];
  function Page() {
    const [form] = Form.useForm();
    const fail = () => {
      const error = new ProblemError({
        status: 422,
        code: "validation",
        errors: [
          { field: "title", code: "too_long", message: "is too long" },
          { field: "elsewhere", code: "strange", message: "is strange" },
        ],
      });
      rest = applyProblemToForm(form, error, (wrong) => wrong.message).rest.map((wrong) => wrong.field);
    };
    return (
      <Form form={form} initialValues={{ title: "x" }} onFinish={fail} scrollToFirstError={false}>
        <Form.Item name="title" label="title">
          <Input />
        </Form.Item>
        <button type="submit">send</button>
      </Form>
    );
  }
  Element.prototype.scrollIntoView = () => {};
  render(<Page />);
  await userEvent.click(screen.getByText("send"));
  expect(await screen.findByText("is too long")).toBeTruthy();
  expect(rest).toEqual(["elsewhere"]);
});

describe("DataTable", () => {
  interface Row {
    id: string;
    name: string;
  }
  const rows: Row[] = Array.from({ length: 45 }, (_, index) => ({ id: String(index), name: `row ${index}` }));
  const columns: Column<Row>[] = [
    { key: "name", title: "name", render: (row) => row.name, csv: (row) => row.name, sort: "name" },
    { key: "id", title: "number", render: (row) => `no. ${row.id}` },
  ];
  const asked: (PageAt & { q: string | undefined })[] = [];
  const source = (page: PageAt, filters: { q: string | undefined }) => ({
    queryKey: ["rows", page, filters],
    queryFn: () => {
      asked.push({ ...page, ...filters });
      const found = rows.filter((row) => row.name.includes(filters.q ?? ""));
      const from = Number(page.cursor ?? 0);
      const next = from + page.limit;
      return Promise.resolve({
        items: found.slice(from, next),
        next_cursor: next < found.length ? String(next) : null,
      });
    },
  });
  let address = "";
  function Where() {
    const { search } = useLocation();
    useEffect(() => {
      address = search;
    }, [search]);
    return null;
  }
  // Texts are read with `use`: what suspends while an act is not awaited would be left undone.
  const settle = (what: () => unknown) =>
    act(async () => {
      await what();
    });
  const show = async (start: string) => {
    await ready;
    await setLanguage("en");
    await settle(() => {
      render(
        <MemoryRouter initialEntries={[start]}>
          <QueryClientProvider client={newQueryClient()}>
            <App>
              <DataTable
                name="rows"
                label="Rows"
                columns={columns}
                rowKey={(row) => row.id}
                source={source}
                filters={[{ name: "q", label: "Name", kind: "search" }]}
                empty={<p>make one</p>}
              />
              <Where />
            </App>
          </QueryClientProvider>
        </MemoryRouter>,
      );
    });
  };

  it("walks forwards and back, with the place in the address", async () => {
    await show("/?size=20");
    expect(await screen.findByText("row 0")).toBeTruthy();
    await settle(() => userEvent.click(screen.getByRole("button", { name: "Next page" })));
    expect(await screen.findByText("row 20")).toBeTruthy();
    expect(address).toContain("cursor=20");
    expect(address).toContain("page=2");
    await settle(() => userEvent.click(screen.getByRole("button", { name: "Next page" })));
    expect(await screen.findByText("row 44")).toBeTruthy();
    expect(screen.getByRole<HTMLButtonElement>("button", { name: "Next page" }).disabled).toBe(true);
    await settle(() => userEvent.click(screen.getByRole("button", { name: "Previous page" })));
    expect(await screen.findByText("row 20")).toBeTruthy();
    await settle(() => userEvent.click(screen.getByRole("button", { name: "Previous page" })));
    expect(await screen.findByText("row 0")).toBeTruthy();
    expect(address).toBe("?size=20");
  });

  it("filters from the first page, and says so when nothing fits", async () => {
    await show("/?size=20&cursor=20&page=2");
    expect(await screen.findByText("row 20")).toBeTruthy();
    await settle(() => userEvent.type(screen.getByRole("searchbox"), "row 3{Enter}"));
    expect(await screen.findByText("row 3")).toBeTruthy();
    expect(address).toBe("?size=20&q=row+3");
    await settle(() => userEvent.clear(screen.getByRole("searchbox")));
    await settle(() => userEvent.type(screen.getByRole("searchbox"), "nothing{Enter}"));
    await settle(async () => userEvent.click(await screen.findByRole("button", { name: "Clear the filters" })));
    expect(await screen.findByText("row 0")).toBeTruthy();
    expect(address).toBe("?size=20");
  });
});
