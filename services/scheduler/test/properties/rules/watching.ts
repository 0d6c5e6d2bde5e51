import { JobEventType } from "@switchyard/proto/switchyard/scheduler/v1/event_pb";
import type { Rule } from "../features/feature.js";

/** Who watches all the time, and resumes behind the last number after each break, sees what a reader of the whole sees: each event once. */
export const followersMissNothing: Rule = ({ evidence }, say) => {
  const followed = evidence.followed.map(nameOf);
  const read = evidence.events.map(nameOf);
  const missed = read.filter((name) => !followed.includes(name));
  const invented = followed.filter((name) => !read.includes(name));
  if (missed.length > 0) say(`a follower missed ${missed.join(", ")}`);
  if (invented.length > 0) say(`a follower saw ${invented.join(", ")}, which later was not there`);
  if (new Set(followed).size !== followed.length) say("a follower saw an event twice");
  for (const [i, { sequence }] of evidence.followed.entries())
    if (sequence <= (evidence.followed[i - 1]?.sequence ?? 0n)) say(`a follower saw event ${sequence} out of order`);
};

function nameOf({ sequence, type, jobId }: Parameters<Rule>[0]["evidence"]["events"][number]): string {
  return `${sequence} ${JobEventType[type]} of ${jobId}`;
}
