import { Readable } from "node:stream";
import { DeleteObjectCommand, GetObjectCommand, HeadBucketCommand, NoSuchKey, NotFound } from "@aws-sdk/client-s3";
import { Upload } from "@aws-sdk/lib-storage";
import { BlobMissing, type BlobStore } from "./blob-store.js";
import { createS3Client, type S3Place } from "./s3-client.js";

/** Parts that one upload sends at the same time. */
const partsAtOnce = 2;
/** S3's smallest part, in bytes. */
const minPartBytes = 5 * 1024 * 1024;
/** S3's largest number of parts. */
const maxParts = 10_000;

/**
 * Keeps blobs as objects of a bucket. A blob of more than one part is sent in parts, up to three of which are held in memory per upload.
 *
 * A process that dies in the middle of an upload leaves parts behind that no object lists; give the bucket a lifecycle rule that aborts
 * incomplete multipart uploads.
 *
 * @param maxBlobBytes the largest blob that will come; decides how large a part is
 */
export function createS3BlobStore(place: S3Place, maxBlobBytes: number): BlobStore {
  const client = createS3Client(place);
  const objectOf = (id: string) => ({ Bucket: place.bucket, Key: `${place.prefix}${id}` });
  const partSize = Math.max(minPartBytes, Math.ceil(maxBlobBytes / maxParts));
  return {
    async prepare() {
      try {
        await client.send(new HeadBucketCommand({ Bucket: place.bucket }));
      } catch (error) {
        // Only what waiting cannot heal: documents and leases are served whether or not the bucket answers.
        if (error instanceof NotFound) throw new Error(`there is no bucket ${place.bucket}`, { cause: error });
      }
    },
    async write(id, bytes) {
      const params = { ...objectOf(id), Body: Readable.from(bytes) };
      await new Upload({ client, params, partSize, queueSize: partsAtOnce }).done();
    },
    async *read(id, { offset, length }, abortSignal) {
      const range = `bytes=${offset}-${offset + length - 1}`;
      try {
        const { Body } = await client.send(new GetObjectCommand({ ...objectOf(id), Range: range }), { abortSignal });
        for await (const chunk of Body as Readable) yield chunk as Buffer;
      } catch (error) {
        throw error instanceof NoSuchKey ? new BlobMissing(id, { cause: error }) : error;
      }
    },
    async delete(id) {
      await client.send(new DeleteObjectCommand(objectOf(id)));
    },
    async close() {
      client.destroy();
    },
  };
}
