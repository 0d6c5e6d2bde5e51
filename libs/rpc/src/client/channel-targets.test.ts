import { expect, it } from "vitest";
import { channelTargets } from "./channel-targets.js";

it("joins IP addresses and leaves names apart", () => {
  expect(channelTargets(["10.0.0.1:1", "a.example:2", "10.0.0.2:3", "[::1]:4", "dns:///b:5"])).toEqual([
    "a.example:2",
    "dns:///b:5",
    "ipv4:10.0.0.1:1,10.0.0.2:3",
    "ipv6:[::1]:4",
  ]);
});
