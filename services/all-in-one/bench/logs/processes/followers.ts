import { type ClientHttp2Session, connect } from "node:http2";
import { create, toBinary } from "@bufbuild/protobuf";
import { TailLogRequestSchema } from "@switchyard/proto/switchyard/log/v1/log_service_pb";
import { refOf } from "../lines.js";

/**
 * Followers of one log that take bytes and look at none of them, so that what is measured is the log store and not a thousand clients on the same two cores.
 * Arguments: address, job, followers. Writes how many bytes came so far, five times a second.
 */
const [address, jobId = "", count = "1"] = process.argv.slice(2);
/** Calls of one connection; many readers share one, as behind a gateway. */
const callsEach = 100;

const message = toBinary(
  TailLogRequestSchema,
  create(TailLogRequestSchema, { stream: refOf(jobId), fromSequence: 1n }),
);
const frame = Buffer.alloc(5 + message.length);
frame.writeUInt32BE(message.length, 1);
frame.set(message, 5);

let bytes = 0;
let session: ClientHttp2Session | undefined;
for (let i = 0; i < Number(count); i++) {
  if (i % callsEach === 0) session = connect(`http://${address}`);
  const call = session?.request({
    ":method": "POST",
    ":path": "/switchyard.log.v1.LogService/TailLog",
    "content-type": "application/grpc",
    te: "trailers",
  });
  call?.on("data", (chunk: Buffer) => {
    bytes += chunk.length;
  });
  call?.on("error", () => undefined);
  call?.end(frame);
}
setInterval(() => process.stdout.write(`received ${bytes}\n`), 200);
