import type { DescField, DescFile, DescMessage } from "@bufbuild/protobuf";
import { ScalarType } from "@bufbuild/protobuf";
import { FeatureSet_FieldPresence as Presence } from "@bufbuild/protobuf/wkt";
import { file_google_rpc_error_details } from "@switchyard/proto/google/rpc/error_details_pb";
import { file_google_rpc_status } from "@switchyard/proto/google/rpc/status_pb";
import { file_grpc_health_v1_health } from "@switchyard/proto/grpc/health/v1/health_pb";
import { file_grpc_reflection_v1_reflection } from "@switchyard/proto/grpc/reflection/v1/reflection_pb";
import { file_switchyard_catalog_v1_artifact_service } from "@switchyard/proto/switchyard/catalog/v1/artifact_service_pb";
import { file_switchyard_catalog_v1_catalog_service } from "@switchyard/proto/switchyard/catalog/v1/catalog_service_pb";
import { file_switchyard_catalog_v1_coordination_service } from "@switchyard/proto/switchyard/catalog/v1/coordination_service_pb";
import { file_switchyard_log_v1_log_service } from "@switchyard/proto/switchyard/log/v1/log_service_pb";
import { file_switchyard_runner_v1_fleet_service } from "@switchyard/proto/switchyard/runner/v1/fleet_service_pb";
import { file_switchyard_runner_v1_runner_service } from "@switchyard/proto/switchyard/runner/v1/runner_service_pb";
import { file_switchyard_scheduler_v1_dispatch_service } from "@switchyard/proto/switchyard/scheduler/v1/dispatch_service_pb";
import { file_switchyard_scheduler_v1_job_service } from "@switchyard/proto/switchyard/scheduler/v1/job_service_pb";
import { file_switchyard_scheduler_v1_queue_service } from "@switchyard/proto/switchyard/scheduler/v1/queue_service_pb";
import fc from "fast-check";

/** Every type of message that our services take or give. */
export const contractMessages: readonly DescMessage[] = messagesOf([
  file_google_rpc_error_details,
  file_google_rpc_status,
  file_grpc_health_v1_health,
  file_grpc_reflection_v1_reflection,
  file_switchyard_catalog_v1_artifact_service,
  file_switchyard_catalog_v1_catalog_service,
  file_switchyard_catalog_v1_coordination_service,
  file_switchyard_log_v1_log_service,
  file_switchyard_runner_v1_fleet_service,
  file_switchyard_runner_v1_runner_service,
  file_switchyard_scheduler_v1_dispatch_service,
  file_switchyard_scheduler_v1_job_service,
  file_switchyard_scheduler_v1_queue_service,
]);

/** Anything that a message of a type can be made from, fields left out included. */
export function initOf(desc: DescMessage): fc.Arbitrary<Record<string, unknown>> {
  const members: Record<string, fc.Arbitrary<unknown>> = {};
  for (const member of desc.members) {
    if (member.kind === "field") members[member.localName] = fieldValue(member);
    else {
      const cases = member.fields.map((field) => fieldValue(field).map((value) => ({ case: field.localName, value })));
      members[member.localName] = fc.oneof(fc.constant({ case: undefined }), ...cases);
    }
  }
  return fc.record(members, { requiredKeys: [] });
}

function fieldValue(field: DescField): fc.Arbitrary<unknown> {
  const one =
    field.message === undefined
      ? scalar(field.enum === undefined ? (field.scalar as ScalarType) : ScalarType.INT32)
      : initOf(field.message);
  if (field.fieldKind === "list") return fc.array(one, { maxLength: 4 });
  if (field.fieldKind === "map")
    return fc.dictionary(
      text.filter((key) => key !== "__proto__"),
      one,
      { maxKeys: 4 },
    );
  return field.presence === Presence.IMPLICIT ? fc.oneof(one, one, fc.constant(undefined)) : one;
}

// protobuf-es drops a byte order mark at the beginning of a text.
const text = fc
  .oneof(fc.string(), fc.string({ unit: "binary", maxLength: 200 }))
  .filter((value) => !value.startsWith("\ufeff"));

function scalar(type: ScalarType): fc.Arbitrary<unknown> {
  switch (type) {
    case ScalarType.STRING:
      return text;
    case ScalarType.BYTES:
      return fc.uint8Array({ maxLength: 300 });
    case ScalarType.BOOL:
      return fc.boolean();
    case ScalarType.DOUBLE:
      return fc.double();
    case ScalarType.INT64:
      return fc.oneof(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), fc.bigInt({ min: -300n, max: 300n }));
    case ScalarType.UINT32:
      return fc.oneof(fc.nat(300), fc.integer({ min: 0, max: 2 ** 32 - 1 }));
    default:
      return fc.oneof(fc.integer({ min: -300, max: 300 }), fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }));
  }
}

function messagesOf(files: readonly DescFile[]): DescMessage[] {
  const found = new Map<string, DescMessage>();
  const add = (desc: DescMessage) => {
    if (found.has(desc.typeName)) return;
    found.set(desc.typeName, desc);
    for (const field of desc.fields) if (field.message !== undefined) add(field.message);
    for (const nested of desc.nestedMessages) add(nested);
  };
  for (const file of files) for (const message of file.messages) add(message);
  return [...found.values()];
}
