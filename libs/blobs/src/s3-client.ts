import { S3Client } from "@aws-sdk/client-s3";

/** A place in S3-compatible storage. */
export interface S3Place {
  readonly bucket: string;
  /** Begins every key. Empty: none. */
  readonly prefix: string;
  /** URL of a server that is not Amazon's. */
  readonly endpoint?: string;
  /** Default: the SDK's usual chain; `us-east-1` where an endpoint is named, which most servers do not look at. */
  readonly region?: string;
}

/**
 * Makes a client. Credentials come by the SDK's usual chain (`AWS_ACCESS_KEY_ID`, profiles, roles, ...). With an endpoint the bucket stands in the path,
 * since its own host name rarely exists there, and the checksums that only Amazon's servers know are left out.
 */
export function createS3Client({ endpoint, region }: S3Place): S3Client {
  // A server that does not answer must not hold uploads for ever; how long the bytes take then is the reader's affair.
  const requestHandler = { connectionTimeout: 5_000, requestTimeout: 60_000, throwOnRequestTimeout: true };
  if (endpoint === undefined) return new S3Client({ requestHandler, ...(region === undefined ? {} : { region }) });
  return new S3Client({
    requestHandler,
    endpoint,
    forcePathStyle: true,
    region: region ?? "us-east-1",
    requestChecksumCalculation: "WHEN_REQUIRED",
    responseChecksumValidation: "WHEN_REQUIRED",
  });
}
