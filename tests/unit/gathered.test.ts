import { expect, it, vi } from "vitest";

import { gathered } from "../../datasources/core/gathered.js";

it("asks one call at a time, and never answers from one that began before the question", async () => {
  const calls: (readonly number[])[] = [];
  let answer = () => {};
  const answering = new Promise<void>((resolve) => (answer = resolve));
  let underWay = 0;
  const ask = gathered(async (keys: readonly number[]) => {
    calls.push(keys);
    expect((underWay += 1)).toBe(1);
    await answering;
    underWay -= 1;
    return keys.map((key) => `${key} of call ${calls.length}`);
  });
  const first = ask(1);
  await vi.waitFor(() => expect(calls).toHaveLength(1));
  const later = [ask(1), ask(2), ask(3)];
  answer();
  expect(await first).toBe("1 of call 1");
  expect(await Promise.all(later)).toEqual(["1 of call 2", "2 of call 2", "3 of call 2"]);
  expect(calls).toEqual([[1], [1, 2, 3]]);
});

it("tells those who asked of a failure, and goes on", async () => {
  let down = true;
  const ask = gathered((keys: readonly number[]) =>
    down ? Promise.reject(new Error("down")) : Promise.resolve(keys),
  );
  const failing = ask(1);
  await expect(failing).rejects.toThrow("down");
  down = false;
  expect(await ask(2)).toBe(2);
});
