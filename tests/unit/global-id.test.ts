/* eslint-disable @typescript-eslint/no-unsafe-assignment -- asymmetric matchers are typed as any */
import { describe, expect, it } from "vitest";

import {
  fromGlobalId,
  localId,
  NODE_TYPES,
  parseGlobalId,
  toGlobalId,
} from "../../resolvers/request/global-id.js";
import { madeUpTenant } from "../support/tenants.js";

const tenant = (slug: string) => madeUpTenant({ slug });
const MERIDIAN = tenant("meridian");
const encode = (text: string) => Buffer.from(text).toString("base64url");

describe("a global id", () => {
  it.each(NODE_TYPES)("of a %s is opaque and comes apart again", (type) => {
    for (const id of ["tt0112641", "a:b/c", "Ünïcode 👾", "1", " ", "x".repeat(300)]) {
      const global = toGlobalId(MERIDIAN, type, id);
      expect(global).toMatch(/^[\w-]+$/);
      expect(parseGlobalId(MERIDIAN, global)).toEqual({ type, id });
    }
  });

  it("differs by type, tenant and local id", () => {
    const ids = [
      toGlobalId(MERIDIAN, "Title", "1"),
      toGlobalId(MERIDIAN, "Person", "1"),
      toGlobalId(tenant("lumen"), "Title", "1"),
      toGlobalId(MERIDIAN, "Title", "2"),
    ];
    expect(new Set(ids).size).toBe(ids.length);
  });

  it("of another tenant keeps its type and names nothing", () => {
    const nothing = { type: "Title", id: "" };
    expect(parseGlobalId(MERIDIAN, toGlobalId(tenant("lumen"), "Title", "1"))).toEqual(nothing);
    expect(fromGlobalId(MERIDIAN, toGlobalId(tenant("meridian-2"), "Title", "1"))).toEqual(nothing);
  });

  it("with a NUL in it, which no text that is kept has, names nothing", () => {
    const nothing = { type: "Title", id: "" };
    expect(parseGlobalId(MERIDIAN, "Title:\0")).toEqual(nothing);
    expect(parseGlobalId(MERIDIAN, toGlobalId(MERIDIAN, "Title", "a\0b"))).toEqual(nothing);
  });

  it("may be written as type and external id, for the tenant that asks", () => {
    expect(parseGlobalId(MERIDIAN, "Title:tt0112641")).toEqual({ type: "Title", id: "tt0112641" });
    expect(parseGlobalId(MERIDIAN, "Episode:s1/1/2")).toEqual({ type: "Episode", id: "s1/1/2" });
    expect(parseGlobalId(MERIDIAN, "Title:lumen:x")).toEqual({ type: "Title", id: "lumen:x" });
  });

  it.each([
    "",
    "x",
    "tt0112641",
    "Film:1",
    "Title:",
    ":1",
    "title:1",
    encode("Title:meridian:"),
    encode("Film:meridian:1"),
    encode("Title:Meridian:1"),
    encode("Title:1"),
    `${encode("Title:meridian:1")}=`,
    ` ${encode("Title:meridian:1")}`,
    `Title:${"x".repeat(600)}`,
  ])("is not %j", (text) => expect(parseGlobalId(MERIDIAN, text)).toBeUndefined());

  it("that is none is refused with the argument's name, and not repeated", () => {
    expect(() => fromGlobalId(MERIDIAN, "what?", "filter.studio")).toThrow(
      expect.objectContaining({
        message: expect.stringMatching(/^filter\.studio: not an id\. Accepted: an id [^?]*$/),
        extensions: expect.objectContaining({ code: "INVALID_ID", field: "filter.studio" }),
      }),
    );
  });
});

describe("localId", () => {
  it("names nothing for another type and another tenant, and refuses what is no id", () => {
    const title = toGlobalId(MERIDIAN, "Title", "1");
    expect(localId(MERIDIAN, "Title", title)).toBe("1");
    expect(localId(MERIDIAN, "Person", title)).toBe("");
    expect(localId(tenant("lumen"), "Title", title)).toBe("");
    expect(() => localId(MERIDIAN, "Title", "?")).toThrow(/^id: /);
  });
});
