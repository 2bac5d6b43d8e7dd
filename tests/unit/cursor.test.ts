/* eslint-disable @typescript-eslint/no-unsafe-assignment -- asymmetric matchers are typed as any */
import { describe, expect, it } from "vitest";

import { type Position } from "../../datasources/core/page.js";
import { createCursors } from "../../resolvers/request/cursor.js";

const key = (text: string) => new TextEncoder().encode(text);
const cursors = createCursors(key("a signing key of at least thirty-two bytes"));
const LIST = "meridian\ntitles by name";

describe("a cursor", () => {
  it.each<Position>([
    { value: "casino", id: "tt1" },
    { value: 1995, id: "tt1" },
    { value: -1, id: "a b" },
    { value: 0.123456789012345, id: "ü" },
    { value: 1e-7, id: "1" },
    { value: "2026-05-01T20:11:00.000001Z", id: "👾" },
    { value: "", id: "" },
  ])("brings %j back exactly", (position) => {
    const cursor = cursors.encode(LIST, position);
    expect(cursor).toMatch(/^[\w-]+$/);
    expect(cursors.decode(LIST, cursor, "after")).toEqual(position);
  });

  it("of a row that is not shown says nothing of it, and brings it back as well", () => {
    const position = { value: "2026-05-01T20:11:00Z", id: "a-title-that-is-hidden" };
    const cursor = cursors.encodeHidden(LIST, position);
    expect(cursors.decode(LIST, cursor, "after")).toEqual(position);
    expect(Buffer.from(cursor, "base64url").toString("latin1")).not.toContain("hidden");
    expect(() => cursors.decode("another list", cursor, "after")).toThrow("damaged");
    const [first, last] = [cursor.slice(0, 1) === "A" ? "B" : "A", cursor.slice(1)];
    expect(() => cursors.decode(LIST, first + last, "after")).toThrow("damaged");
  });

  it("is the same each time it is made", () => {
    const position = { value: 1, id: "a" };
    const again = createCursors(key("a signing key of at least thirty-two bytes"));
    expect(again.encode(LIST, position)).toBe(cursors.encode(LIST, position));
  });

  const own = cursors.encode(LIST, { value: "casino", id: "tt1" });
  const decode = (cursor: string, list = LIST) => cursors.decode(list, cursor, "before");
  const refused = expect.objectContaining({
    message: expect.stringMatching(/^before: .*Accepted: /),
    extensions: expect.objectContaining({ code: "INVALID_CURSOR", field: "before" }),
  });

  it("is refused in another list", () => {
    for (const list of ["lumen\ntitles by name", "meridian\ntitles by year", "", `${LIST} `]) {
      expect(() => decode(own, list)).toThrow(refused);
    }
  });

  it("is refused from another signing key", () => {
    const foreign = createCursors(key("another signing key of thirty-two bytes")).encode(LIST, {
      value: "casino",
      id: "tt1",
    });
    expect(() => decode(foreign)).toThrow(refused);
  });

  it("is refused with any one character changed, missing or added", () => {
    for (let at = 0; at < own.length; at += 1) {
      const other = own[at] === "A" ? "B" : "A";
      expect(() => decode(own.slice(0, at) + other + own.slice(at + 1)), `at ${at}`).toThrow(refused);
      expect(() => decode(own.slice(0, at) + own.slice(at + 1)), `without ${at}`).toThrow(refused);
      expect(() => decode(`${own.slice(0, at)}!${own.slice(at)}`), `! at ${at}`).toThrow(refused);
    }
    for (const text of [
      "",
      "A",
      "AAAAAAAAAAAA",
      `${own}=`,
      `${own}AA`,
      ` ${own}`,
      own + own,
      "A".repeat(1_000_000),
    ]) {
      expect(() => decode(text)).toThrow(refused);
    }
  });
});
