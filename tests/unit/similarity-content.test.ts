import { describe, expect, it } from "vitest";
import { contentSimilarities, type TitleContent } from "../../packages/similarity/content-similarity.js";
import { list, random } from "./similarity-support.js";

function title(id: string, content: Partial<TitleContent> = {}): TitleContent {
  return { id, genres: [], tags: [], people: [], studio: null, releaseYear: null, ...content };
}

describe("contentSimilarities", () => {
  it("weighs shared features by their rarity", async () => {
    const titles = [
      title("heat", { genres: ["Crime"], people: ["Michael Mann"] }),
      title("thief", { genres: ["crime "], people: ["Michael Mann"] }),
      title("casino", { genres: ["Crime"], people: ["Martin Scorsese"] }),
      title("nothing is known"),
    ];
    const crime = Math.log(1 + 4 / 3);
    const mann = 1.2 * Math.log(1 + 4 / 2);
    const scorsese = 1.2 * Math.log(1 + 4 / 1);
    const shared = crime ** 2 / (Math.hypot(crime, mann) * Math.hypot(crime, scorsese));
    expect(list(await contentSimilarities(titles))).toEqual([
      [1, 0, expect.closeTo(1, 6)],
      [2, 0, expect.closeTo(shared, 6)],
      [0, 1, expect.closeTo(1, 6)],
      [2, 1, expect.closeTo(shared, 6)],
      [0, 2, expect.closeTo(shared, 6)],
      [1, 2, expect.closeTo(shared, 6)],
    ]);
  });

  it("keeps kinds of features apart", async () => {
    const titles = [title("a", { genres: ["Western"] }), title("b", { tags: ["Western"] })];
    expect(list(await contentSimilarities(titles))).toEqual([]);
  });

  it("counts a feature that is listed twice once", async () => {
    const titles = [
      title("a", { genres: ["Noir"], tags: ["dark", "dark"] }),
      title("b", { genres: ["Noir"] }),
    ];
    const once = [title("a", { genres: ["Noir"], tags: ["dark"] }), title("b", { genres: ["Noir"] })];
    expect(await contentSimilarities(titles)).toEqual(await contentSimilarities(once));
  });

  it("compares studio and time of release", async () => {
    const titles = [
      title("a", { studio: "RKO", releaseYear: 1941 }),
      title("b", { studio: "RKO", releaseYear: 1999 }),
      title("c", { studio: "Ealing", releaseYear: 1943 }),
    ];
    expect(list(await contentSimilarities(titles)).filter(([, to]) => to === 0)).toHaveLength(2);
  });

  it("keeps the most similar of many, with weights in (0, 1]", async () => {
    const next = random(3);
    const pick = (kind: string, of: number) => `${kind}${Math.floor(next() * of)}`;
    const titles = Array.from({ length: 600 }, (_, i) =>
      title(`t${i}`, {
        genres: [pick("g", 3), pick("g", 3)],
        people: [pick("p", 150), pick("p", 150)],
        releaseYear: 1950 + Math.floor(next() * 70),
      }),
    );
    const twin = { ...titles[17]!, id: "twin", releaseYear: 1890 };
    const edges = list(await contentSimilarities([...titles, twin], { neighbours: 5 }));
    for (let to = 0; to <= 600; to++) {
      const incoming = edges.filter((edge) => edge[1] === to);
      expect(incoming).toHaveLength(5);
      expect(incoming.every(([from, , weight]) => from !== to && weight > 0 && weight <= 1)).toBe(true);
      expect(incoming.map((edge) => edge[2])).toEqual(incoming.map((edge) => edge[2]).sort((a, b) => b - a));
    }
    // Released far from it among titles that share its genres: the people are what finds it.
    expect(edges.find((edge) => edge[1] === 600)![0]).toBe(17);
  });

  it("finds nothing in nothing", async () => {
    expect(list(await contentSimilarities([]))).toEqual([]);
    expect(list(await contentSimilarities([title("alone", { genres: ["Drama"] })]))).toEqual([]);
    await expect(contentSimilarities([], { neighbours: 0 })).rejects.toThrow("neighbours");
  });
});
