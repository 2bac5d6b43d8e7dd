/* eslint-disable @typescript-eslint/no-unsafe-member-access -- answers are read as clients read them: JSON of any shape */
import { getNamedType, isInputObjectType, isObjectType, type GraphQLSchema } from "graphql";
import { beforeAll, describe, expect, it } from "vitest";

import { type Tenant } from "../../datasources/core/tenant.js";
import { createSchema } from "../../src/schema.js";
import { adultProfile, publish } from "../support/catalogue.js";
import { useGateway } from "../support/fixtures.js";
import { INSTANTS, NO_INSTANTS } from "../support/instants.js";
import { createTestTenant } from "../support/stores.js";
import { titleBody } from "../support/titles.js";

const gateway = useGateway();
let tenant: Tenant;
let token: string;
let titles = 0;

beforeAll(async () => {
  tenant = await createTestTenant(gateway.stores);
  await gateway.stores.accounts.putProfiles(tenant, [adultProfile("u1")]);
  await publish(gateway.stores, tenant, [titleBody({ id: "a" })]);
  token = await gateway.tokenFor({
    tenant: tenant.slug,
    account: null,
    profile: "u1",
    roles: ["EDITOR", "OPERATOR"],
  });
});

const ERRORS = "errors { field code message }";
const newTitle = () => ({ externalId: `made-${(titles += 1)}`, kind: "MOVIE", name: "Made" });
const licensed = (licence: object) => ({ ...newTitle(), licences: [licence] });
const PUT = `mutation ($input: PutTitleInput!) { answer: putTitle(input: $input) { title { id } ${ERRORS} } }`;
const mutation = (name: string, input: string) =>
  `mutation ($input: ${input}!) { answer: ${name}(input: $input) { title { id } ${ERRORS} } }`;

const dayPart = (at: string) => at.slice(0, Math.max(0, at.indexOf("T")));

/** Every input of the schema that takes an instant or a date, and a document with it. */
const INPUTS: Record<string, (at: string) => { query: string; variables: Record<string, unknown> }> = {
  "Query.title(asOf)": (at) => ({
    query: `query ($at: DateTime!) { answer: title(id: "Title:a", asOf: $at) { name } }`,
    variables: { at },
  }),
  "Query.top10(date)": (at) => ({
    query: `query ($at: Date!) { answer: top10(date: $at) { rank } }`,
    variables: { at: dayPart(at) },
  }),
  ...Object.fromEntries(
    ["insights", "insightRelease"].map((field) => [
      `Editorial.${field}(until)`,
      (at: string) => ({
        query: `query ($at: Date!) { editorial { answer: ${field}(until: $at) { epsilon } } }`,
        variables: { at: dayPart(at) },
      }),
    ]),
  ),
  "Editorial.weeklyChanges(date)": (at) => ({
    query: `query ($at: Date!) { editorial { answer: weeklyChanges(date: $at) { week } } }`,
    variables: { at: dayPart(at) },
  }),
  ...Object.fromEntries(
    ["from", "until"].map((bound) => [
      `AuditFilterInput.${bound}`,
      (at: string) => ({
        query: `query ($at: DateTime!) { answer: operations { audit(filter: { ${bound}: $at }) { edges { node { at } } } } }`,
        variables: { at },
      }),
    ]),
  ),
  "RecordProgressInput.at": (at) => ({
    query: mutation("recordProgress", "RecordProgressInput"),
    variables: { input: { title: "Title:a", positionSeconds: 60, at } },
  }),
  "PutTitleInput.effectiveFrom": (effectiveFrom) => ({
    query: PUT,
    variables: { input: { ...newTitle(), effectiveFrom } },
  }),
  "LicenceInput.from": (from) => ({ query: PUT, variables: { input: licensed({ from }) } }),
  "LicenceInput.until": (until) => ({
    query: PUT,
    variables: { input: licensed({ from: "1000-01-01T00:00:00Z", until }) },
  }),
  "TitleStateInput.effectiveFrom": (effectiveFrom) => ({
    query: mutation("archiveTitle", "TitleStateInput"),
    variables: { input: { title: "Title:a", effectiveFrom } },
  }),
  ...Object.fromEntries(
    ["from", "until"].map((bound) => [
      `PutCollectionInput.${bound}`,
      (at: string) => ({
        query: `mutation ($input: PutCollectionInput!) { answer: putCollection(input: $input) { title: collection { id } ${ERRORS} } }`,
        variables: { input: { name: "Some", titles: ["Title:a"], [bound]: at } },
      }),
    ]),
  ),
  ...Object.fromEntries(
    ["from", "until"].map((bound) => [
      `PutCampaignInput.${bound}`,
      (at: string) => ({
        query: `mutation ($input: PutCampaignInput!) { answer: putCampaign(input: $input) { title: campaign { id } ${ERRORS} } }`,
        variables: { input: { title: "Title:a", [bound]: at } },
      }),
    ]),
  ),
  "SetLicenceInput.effectiveFrom": (effectiveFrom) => ({
    query: mutation("setLicence", "SetLicenceInput"),
    variables: { input: { title: "Title:a", effectiveFrom } },
  }),
  "SetLicenceInput.from": (from) => ({
    query: mutation("setLicence", "SetLicenceInput"),
    variables: { input: { title: "Title:a", from } },
  }),
  "SetLicenceInput.until": (until) => ({
    query: mutation("setLicence", "SetLicenceInput"),
    variables: { input: { title: "Title:a", from: "1000-01-01T00:00:00Z", until } },
  }),
};

/** Those that take a day, of which some texts that are no instant have one. */
const DATES = /\((date|until)\)$/;

/** `Query.field(argument)` and `Input.field` of every input that is an instant or a date. */
function datesOf(schema: GraphQLSchema): string[] {
  const isDate = ({ type }: { type: unknown }) =>
    ["DateTime", "Date"].includes(getNamedType(type as Parameters<typeof getNamedType>[0])!.name);
  return Object.values(schema.getTypeMap()).flatMap((type) => {
    if (type.name.startsWith("__")) return [];
    if (isInputObjectType(type))
      return Object.values(type.getFields()).flatMap((field) =>
        isDate(field) ? [`${type.name}.${field.name}`] : [],
      );
    if (!isObjectType(type)) return [];
    return Object.values(type.getFields()).flatMap((field) =>
      field.args.flatMap((arg) => (isDate(arg) ? [`${type.name}.${field.name}(${arg.name})`] : [])),
    );
  });
}

async function ask(input: string, at: string) {
  const { query, variables } = INPUTS[input]!(at);
  const { data, errors = [] } = await gateway.ask(query, { variables, token });
  const refused = (data?.answer?.errors ?? []) as { code: string }[];
  return {
    data,
    codes: [...errors.map(({ extensions }) => extensions?.code), ...refused.map(({ code }) => code)],
  };
}

describe("inputs that take an instant", () => {
  it("are all in the table", () => {
    expect(Object.keys(INPUTS).sort()).toEqual(datesOf(createSchema()).sort());
  });

  it.each(Object.keys(INPUTS))(
    "%s takes what can be, and says of the rest what it would take",
    async (input) => {
      for (const [text] of INSTANTS) {
        const { codes } = await ask(input, text);
        for (const code of codes)
          expect(["INVALID", "AT_OUT_OF_RANGE", "BAD_USER_INPUT", "WRONG_STATE"], text).toContain(code);
      }
    },
  );

  it.each(Object.keys(INPUTS))("%s refuses what is no instant", async (input) => {
    for (const text of NO_INSTANTS) {
      if (DATES.test(input) && !Number.isNaN(Date.parse(text.split("T")[0]!))) continue;
      const { data, codes } = await ask(input, text);
      if (INPUTS[input]!(text).query.startsWith("query")) {
        expect([data?.answer ?? null, codes], text).toEqual([null, ["BAD_USER_INPUT"]]);
      } else {
        // What is malformed in an input is told in the payload.
        expect(codes, text).toEqual(["INVALID"]);
        expect((data.answer as { title: object | null }).title).toBeNull();
      }
    }
  });

  it("say which version was in force, to the millisecond and in the years 1 to 9999", async () => {
    const names = async (at: string) =>
      ((await ask("Query.title(asOf)", at)).data.answer?.name ?? null) as string | null;
    const leap = { id: "leap", name: "Leap" };
    await gateway.stores.titleVersions.append(tenant, [
      { body: titleBody({ ...leap, id: "a", name: "Leap" }), effectiveFrom: "2024-02-29T12:00:00Z" },
    ]);
    await publish(gateway.stores, tenant, []);
    expect(await names("2024-02-29T12:00:00.000Z")).toBe("Leap");
    expect(await names("2024-02-29T13:00:00+01:00")).toBe("Leap");
    expect(await names("0001-01-01T00:00:00Z")).toBeNull();
  });
});
