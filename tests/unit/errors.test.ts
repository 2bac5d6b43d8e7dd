import { GraphQLError } from "graphql";
import { describe, expect, it } from "vitest";

import { badInput, clientError, ERROR_CODES, type ErrorCode } from "../../resolvers/request/errors.js";

describe("the table of codes", () => {
  it.each(Object.entries(ERROR_CODES))("says what %s means", (code, entry) => {
    expect(code).toMatch(/^[A-Z]+(_[A-Z]+)*$/);
    expect(entry.meaning).toMatch(/^[A-Z`].*\.$/);
    if ("status" in entry) expect(entry.status).toBeGreaterThanOrEqual(400);
  });
});

describe("an error for a client", () => {
  it("carries its code and its details", () => {
    const error = clientError("INVALID_ID", "id: no.", { field: "id", accepted: "an id" });
    expect(error).toBeInstanceOf(GraphQLError);
    expect(error.message).toBe("id: no.");
    expect(error.extensions).toEqual({ code: "INVALID_ID", field: "id", accepted: "an id" });
  });

  it("carries the HTTP status where it ends the whole request, and none otherwise", () => {
    for (const code of Object.keys(ERROR_CODES) as ErrorCode[]) {
      const { status } = ERROR_CODES[code] as { status?: number };
      expect(clientError(code, "x").extensions.http).toEqual(status === undefined ? undefined : { status });
    }
    expect(clientError("UNAUTHENTICATED", "x").extensions.http).toEqual({ status: 401 });
  });

  it("about an argument names it, what is wrong and what is accepted", () => {
    const error = badInput("filter.tags", "51 values", "at most 50 values");
    expect(error.message).toBe("filter.tags: 51 values. Accepted: at most 50 values.");
    expect(error.extensions).toEqual({
      code: "BAD_USER_INPUT",
      field: "filter.tags",
      accepted: "at most 50 values",
    });
  });
});
