import type { Message } from "@bufbuild/protobuf";
import type { TestScheduler } from "../../setup.js";

/** All of the contract's calls in one object. */
export type Api = TestScheduler["jobs"] & TestScheduler["queues"] & TestScheduler["dispatch"];

/** A call with one answer. */
export type Method = Exclude<keyof Api, "watchJobs">;

/** What a message is made from; not the message itself, which could not be spread into another. */
export type Init<T> = Exclude<T, Message>;

/** What a call is made with. */
export type RequestOf<M extends Method> = Init<Parameters<Api[M]>[0]>;

/** What it answers. */
export type AnswerOf<M extends Method> = Awaited<ReturnType<Api[M]>>;
