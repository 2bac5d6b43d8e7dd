import { describe, expect, it } from "vitest";

import { entityId } from "../../datasources/catalog/entity-id.js";

describe("entityId", () => {
  it("is one id for spellings that differ in case, white space and composition", () => {
    const id = entityId("Agnès Varda");
    expect(id).toMatch(/^[\w-]{12}$/);
    for (const spelling of ["agnès varda", "  Agnès \t Varda ", "AGNÈS VARDA", "Agne\u0300s Varda"]) {
      expect(entityId(spelling)).toBe(id);
    }
  });

  it("differs for names that differ", () => {
    expect(entityId("Agnes Varda")).not.toBe(entityId("Agnès Varda"));
    expect(entityId("AB")).not.toBe(entityId("A B"));
  });

  it("stays what it was: ids are kept in data", () => {
    expect(entityId("Crime")).toBe("VL2OqWflbQL3");
  });
});
