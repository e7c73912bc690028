import { QueryClient, queryOptions, useQuery, useQueryClient } from "@tanstack/react-query";
import type { FetchOptions } from "openapi-fetch";
import { useMemo, useRef } from "react";
import { api, call, newIdempotencyKey, type paths, type Schemas } from "./client";
import { isProblem } from "./problem";

type GetPath = {
  [P in keyof paths]: paths[P] extends { get: { responses: { 200: unknown } } } ? P : never;
}[keyof paths];
type GetOf<P extends GetPath> = Extract<paths[P]["get"], Record<string, unknown>>;
type Body<O> = O extends { responses: { 200: { content: { "application/json": infer B } } } } ? B : never;

/** What GET answers at a path. */
export type Answer<P extends GetPath> = Body<GetOf<P>>;
export type GetOptions<P extends GetPath> = Pick<FetchOptions<GetOf<P>>, "params">;

/** The options of a query for a GET of the API: `useQuery(getQuery("/api/v1/sessions", { params: { query } }))`. */
export function getQuery<P extends GetPath>(path: P, init?: GetOptions<P>) {
  return queryOptions({
    queryKey: [path, init ?? {}] as const,
    queryFn: ({ signal }): Promise<Answer<P>> =>
      call((api.GET as (p: P, i: object) => Promise<{ data?: Answer<P>; response: Response }>)(path, {
        ...init,
        signal,
      })) as Promise<Answer<P>>,
  });
}

/** Marks everything read under these path beginnings as old: `const refetch = useInvalidate(); refetch("/api/v1/sessions")`. */
export function useInvalidate() {
  const client = useQueryClient();
  return (...beginnings: `/api/v1/${string}`[]) =>
    client.invalidateQueries({
      predicate: ({ queryKey: [path] }) =>
        typeof path === "string" && beginnings.some((beginning) => path.startsWith(beginning)),
    });
}

export type Me = Schemas["Me"];

/** Who is signed in: `null` when nobody is. */
export const meQuery = queryOptions({
  queryKey: ["/api/v1/me"] as const,
  queryFn: async (): Promise<Me | null> => {
    try {
      return await call(api.GET("/api/v1/me"));
    } catch (error) {
      if (isProblem(error) && error.status === 401) return null;
      throw error;
    }
  },
  staleTime: 5 * 60_000,
});

/** The account of the page. Only below a route for those who are signed in. */
export function useMe(): Me {
  const { data } = useQuery(meQuery);
  if (!data) throw new Error("useMe outside of a signed-in route");
  return data;
}

export function newQueryClient() {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 15_000,
        // What the service refused once it refuses again; a broken line may heal.
        retry: (count, error) => count < 2 && isProblem(error) && (error.status === 0 || error.status >= 502),
      },
      mutations: { retry: false },
    },
  });
}

/** See [`newIdempotencyKey`]. */
export function useIdempotencyKey() {
  const key = useRef<string>(undefined);
  return useMemo(
    () => ({
      get header() {
        key.current ??= newIdempotencyKey();
        return { "Idempotency-Key": key.current };
      },
      renew() {
        key.current = undefined;
      },
    }),
    [],
  );
}
