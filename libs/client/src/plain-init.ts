import type { DescMessage, MessageInitShape } from "@bufbuild/protobuf";

/** What a message is made from, as a plain object that can be spread; finished messages are left out. */
export type PlainInit<S extends DescMessage> = Exclude<MessageInitShape<S>, { readonly $typeName: string }>;
