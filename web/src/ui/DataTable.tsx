import { LeftOutlined, RightOutlined, VerticalRightOutlined } from "@ant-design/icons";
import { keepPreviousData, type QueryKey, useQuery, useQueryClient } from "@tanstack/react-query";
import { App, Button, Card, Checkbox, Flex, Select, Skeleton, Table, type TableProps, theme, Typography } from "antd";
import { type Key, type ReactNode, type RefObject, useRef } from "react";
import { useTranslation } from "@/i18n";
import { usePhone } from "@/app/theme";
import { type Filter, TableFilters } from "./TableFilters";
import { EmptyState } from "./EmptyState";
import { ProblemAlert } from "./ProblemAlert";
import { type ExportLink, TableTools } from "./TableTools";
import { useAddress } from "./useAddress";
import { useColumns } from "./useColumns";

export interface Column<T> {
  key: string;
  title: string;
  render: (row: T) => ReactNode;
  /** The cell in an export; columns without it are left out. */
  csv?: (row: T) => string;
  /** The service's word for this order, where it has one: `sort=word` and `sort=-word`. */
  sort?: string;
  /** Numbers stand at the right. */
  align?: "right";
  width?: number;
  /** Only shown when it is chosen. */
  hidden?: boolean;
  /** Always shown. */
  fixed?: boolean;
}

/** Where a page begins; spread it into the query's parameters. */
export interface PageAt {
  limit: number;
  cursor?: string;
  // Each list of the service names its own orders; a column's `sort` is one of them.
  // oxlint-disable-next-line typescript/no-explicit-any
  sort?: any;
}

interface Page<T> {
  items: T[];
  next_cursor?: string | null;
}
interface Source<T> {
  queryKey: QueryKey;
  queryFn?: ((context: never) => Page<T> | Promise<Page<T>>) | symbol;
}

interface Props<T, F extends string> {
  /** Names the choice of columns, and the exported file. */
  name: string;
  /** Read out to those who do not see the table. */
  label: string;
  columns: Column<T>[];
  rowKey: (row: T) => string;
  /** Stands before the other functions, so that they know the row: `(page, filters) => getQuery("/api/v1/…", { params: { query: { ...page, state: filters.state } } })` */
  source: (page: PageAt, filters: Record<F, string | undefined>) => Source<T>;
  filters?: Filter<F>[];
  /** What to do next when there is nothing at all. */
  empty: ReactNode;
  /** Exports by the service, instead of one made of what the pages can read. */
  exports?: (filters: Record<F, string | undefined>) => ExportLink[];
  /** Tick boxes. */
  selection?: {
    keys: string[];
    onChange: (keys: string[], rows: T[]) => void;
    disabled?: (row: T) => boolean;
    /** What a tick box is for, read out: the name of the row. */
    label?: (row: T) => string;
  };
  /** Buttons above the table, such as those for the ticked rows. */
  actions?: ReactNode;
  /** Begins the names in the address, where a page has two tables. */
  prefix?: string;
  expand?: (row: T) => ReactNode;
  /** What the answer says besides its rows, above them. */
  above?: (answer: object) => ReactNode;
}

/** Cards, as on a phone. While something is written in a row or in its dialog, both stay: a phone that is turned would lose them. */
function useCards(list: RefObject<HTMLElement | null>): boolean {
  const last = useRef<boolean>(undefined);
  return usePhone((phone) => {
    const writing = list.current?.querySelector("form") ?? [...document.querySelectorAll('[role="dialog"]')].find((one) => one.getClientRects().length > 0);
    last.current = writing && last.current !== undefined ? last.current : phone;
    return last.current;
  });
}

const SIZES = [20, 50, 100, 200];
/** The most that an export by the pages reads. */
const EXPORT_ROWS = 20_000;

/** A list of the service: pages, filters, order and size in the address; columns to choose; export; on a phone, cards. */
export function DataTable<T extends object, F extends string = never>(props: Props<T, F>) {
  const { name, label, rowKey, source, filters = [], empty, selection, prefix = "" } = props;
  const { t } = useTranslation();
  const client = useQueryClient();
  const { message } = App.useApp();
  const top = useRef<HTMLDivElement>(null);
  const phone = useCards(top);
  const key = <N extends string>(word: N) => `${prefix}${word}`;
  const [address, setAddress] = useAddress(
    ...filters.map((filter) => key(filter.name)),
    ...["cursor", "page", "size", "sort"].map(key),
  );
  // Pages are only linked forwards: the way back is what was walked here.
  const walked = useRef<Map<number, string | undefined>>(new Map([[1, undefined]]));

  const values = Object.fromEntries(filters.map((filter) => [filter.name, address[key(filter.name)]])) as Record<F, string | undefined>;
  const filtered = Object.values(values).some((value) => value !== undefined);
  const size = SIZES.find((known) => String(known) === address[key("size")]) ?? 50;
  const cursor = address[key("cursor")];
  const page = cursor ? Math.max(2, Number(address[key("page")]) || 2) : 1;
  const sort = address[key("sort")];

  const at = (from: string | undefined, limit: number): PageAt => ({
    limit,
    ...(from && { cursor: from }),
    ...(sort && { sort }),
  });
  const options = source(at(cursor, size), values) as { queryKey: QueryKey; queryFn: () => Promise<Page<T>> };
  const { data, error, isPending, isPlaceholderData, refetch } = useQuery<Page<T>>({
    ...options,
    placeholderData: keepPreviousData,
  });
  const rows = data?.items ?? [];
  const { columns, chosen, choose } = useColumns(name, props.columns);

  const go = (next: number, from: string | undefined) => {
    walked.current.set(page, cursor).set(next, from);
    setAddress({ [key("cursor")]: from, [key("page")]: next > 1 ? String(next) : undefined });
    top.current?.scrollIntoView({ block: "nearest" });
  };
  const change = (next: Partial<Record<string, string | undefined>>) => {
    walked.current = new Map([[1, undefined]]);
    setAddress(next, [key("cursor"), key("page")]);
  };
  const clear = () => change(Object.fromEntries(filters.map((filter) => [key(filter.name), undefined])));

  const readAll = async (told: (count: number) => void): Promise<T[]> => {
    const all: T[] = [];
    let from: string | undefined;
    do {
      // Each page begins where the one before ends.
      // oxlint-disable-next-line no-await-in-loop
      const got = await client.fetchQuery(source(at(from, 500), values) as typeof options);
      all.push(...got.items);
      from = got.next_cursor ?? undefined;
      told(all.length);
    } while (from !== undefined && all.length < EXPORT_ROWS);
    if (from !== undefined) message.warning(t("table.exportCut", { count: all.length }));
    return all;
  };

  const table: TableProps<T> = {
    rowKey,
    dataSource: rows,
    pagination: false,
    size: "middle",
    columns: columns.map((column) => ({
      key: column.key,
      title: column.title,
      render: (_: unknown, row: T) => column.render(row),
      ...(column.width && { width: column.width }),
      ...(column.align && { align: column.align }),
      ...(column.sort && {
        sorter: true,
        sortOrder: sort === column.sort ? ("ascend" as const) : sort === `-${column.sort}` ? ("descend" as const) : null,
      }),
    })),
    onChange: (_pages, _filters, sorter) => {
      const one = Array.isArray(sorter) ? sorter[0] : sorter;
      const word = props.columns.find((column) => column.key === one?.columnKey)?.sort;
      change({ [key("sort")]: word && one?.order ? `${one.order === "descend" ? "-" : ""}${word}` : undefined });
    },
    ...(props.expand && { expandable: { expandedRowRender: props.expand, columnTitle: <span className="kepu-hidden">{t("action.more")}</span> } }),
    ...(selection && {
      rowSelection: {
        selectedRowKeys: selection.keys,
        preserveSelectedRowKeys: true,
        onChange: (keys: Key[], picked: T[]) => selection.onChange(keys.map(String), picked),
        getCheckboxProps: (row: T) => ({ disabled: selection.disabled?.(row) ?? false, "aria-label": (selection.label ?? rowKey)(row) }),
      },
    }),
  };

  const body = () => {
    if (isPending) return <TableSkeleton />;
    if (error && rows.length === 0) return null;
    if (rows.length === 0)
      return filtered || page > 1 ? (
        <EmptyState title={t("table.emptyFiltered")}>
          <Button onClick={clear}>{t("table.clearFilters")}</Button>
        </EmptyState>
      ) : (
        empty
      );
    return phone ? <Cards {...{ rows, columns, rowKey, label, selection, expand: props.expand }} /> : (
      // Not antd's `scroll`, which repeats the header in a hidden row that the keyboard can reach.
      <div style={{ overflowX: "auto" }}>
        <Table {...table} />
      </div>
    );
  };

  return (
    <div ref={top} style={{ scrollMarginTop: 76 }}>
      <Flex gap={12} wrap align="end" justify="space-between" style={{ marginBottom: 12 }} className="kepu-no-print">
        <TableFilters filters={filters} values={values} onChange={(word, value) => change({ [key(word)]: value })} />
        <Flex gap={8} wrap align="center">
          {props.actions}
          <TableTools
            name={name}
            all={props.columns}
            chosen={chosen}
            onChoose={choose}
            readAll={readAll}
            {...(props.exports && { links: props.exports(values) })}
          />
        </Flex>
      </Flex>
      <ProblemAlert error={error} retry={refetch} />
      <section
        aria-label={label}
        aria-busy={isPending || isPlaceholderData}
        style={{ opacity: isPlaceholderData ? 0.55 : 1, transition: "opacity 0.15s" }}
      >
        {data && props.above?.(data)}
        {body()}
      </section>
      {(rows.length > 0 || page > 1) && (
        <Flex gap={8} wrap={!phone} align="center" justify="end" style={{ marginTop: 12 }} className="kepu-no-print">
          <Typography.Text type="secondary" role="status" style={{ fontSize: phone ? 13 : undefined }}>
            {t("table.page", { page })} · {t("table.rowsOnPage", { count: rows.length })}
          </Typography.Text>
          <Select
            aria-label={t("table.size", { count: size })}
            value={size}
            onChange={(next) => change({ [key("size")]: next === 50 ? undefined : String(next) })}
            options={SIZES.map((value) => ({ value, label: t("table.size", { count: value }) }))}
          />
          {page > 2 && (
            <Button icon={<VerticalRightOutlined />} aria-label={t("table.first")} onClick={() => go(1, undefined)} />
          )}
          <Button
            icon={<LeftOutlined />}
            aria-label={t("table.previous")}
            disabled={page === 1}
            onClick={() => {
              const back = walked.current.get(page - 1);
              go(back ? page - 1 : 1, back);
            }}
          />
          <Button
            icon={<RightOutlined />}
            aria-label={t("table.next")}
            disabled={!data?.next_cursor || isPlaceholderData}
            onClick={() => go(page + 1, data?.next_cursor ?? undefined)}
          />
        </Flex>
      )}
    </div>
  );
}

type CardsProps<T> = Pick<Props<T, never>, "rowKey" | "label"> & {
  rows: T[];
  columns: Column<T>[];
  selection: Props<T, never>["selection"];
  expand: Props<T, never>["expand"];
};

/** Rows on a phone: the first column as heading, the others with their names. */
function Cards<T extends object>({ rows, columns, rowKey, label, selection, expand }: CardsProps<T>) {
  const [head, ...others] = columns;
  const { token } = theme.useToken();
  const tick = (row: T, ticked: boolean) => {
    const keys = new Set(selection?.keys);
    if (ticked) keys.add(rowKey(row));
    else keys.delete(rowKey(row));
    selection?.onChange(
      [...keys],
      rows.filter((one) => keys.has(rowKey(one))),
    );
  };
  return (
    <ul aria-label={label} style={{ listStyle: "none", margin: 0, padding: 0, display: "grid", gap: 10 }}>
      {rows.map((row) => (
        <li key={rowKey(row)}>
          <Card size="small">
            <Flex gap={10} align="center" style={{ marginBottom: 6 }}>
              {selection && (
                <Checkbox
                  aria-label={(selection.label ?? rowKey)(row)}
                  checked={selection.keys.includes(rowKey(row))}
                  disabled={selection.disabled?.(row) ?? false}
                  onChange={(event) => tick(row, event.target.checked)}
                />
              )}
              <strong>{head?.render(row)}</strong>
            </Flex>
            <dl style={{ display: "grid", gridTemplateColumns: "minmax(5em, auto) 1fr", gap: "4px 12px", margin: 0 }}>
              {others.map((column) => (
                <div key={column.key} className="kepu-card-line">
                  <dt style={{ color: token.colorTextSecondary }}>{column.title}</dt>
                  <dd style={{ margin: 0 }}>{column.render(row)}</dd>
                </div>
              ))}
            </dl>
            {expand?.(row)}
          </Card>
        </li>
      ))}
    </ul>
  );
}

function TableSkeleton() {
  return <Skeleton active title={false} paragraph={{ rows: 10, width: "100%" }} />;
}
