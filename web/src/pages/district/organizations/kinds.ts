export const KINDS = ["school", "kindergarten", "base", "museum", "company", "institute", "university", "community", "media", "authority"] as const;
