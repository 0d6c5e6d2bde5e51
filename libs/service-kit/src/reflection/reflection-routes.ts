import type { DescService } from "@bufbuild/protobuf";
import { Code } from "@connectrpc/connect";
import { ServerReflection, type ServerReflectionRequest } from "@switchyard/proto/grpc/reflection/v1/reflection_pb";
import { ServerReflection as ServerReflectionAlpha } from "@switchyard/proto/grpc/reflection/v1alpha/reflection_pb";
import { route, type ServiceRoute } from "@switchyard/rpc";
import { createFileIndex, type FileIndex } from "./file-index.js";

type Question = ServerReflectionRequest["messageRequest"];

// Plain data, so that it fits both versions.
type Answer =
  | { readonly case: "listServicesResponse"; readonly value: { service: { name: string }[] } }
  | { readonly case: "fileDescriptorResponse"; readonly value: { fileDescriptorProto: Uint8Array[] } }
  | {
      readonly case: "allExtensionNumbersResponse";
      readonly value: { baseTypeName: string; extensionNumber: number[] };
    }
  | { readonly case: "errorResponse"; readonly value: { errorCode: number; errorMessage: string } };

/** Serves gRPC server reflection, v1 and v1alpha, for the given services and for itself. */
export function createReflectionRoutes(services: readonly DescService[]): readonly ServiceRoute[] {
  const index = createFileIndex([...services, ServerReflection, ServerReflectionAlpha]);
  // The two versions differ in nothing but their package name, so an answer, which is plain data, fits both.
  return [
    route(ServerReflection, {
      async *serverReflectionInfo(requests) {
        for await (const request of requests) {
          yield {
            validHost: request.host,
            originalRequest: request,
            messageResponse: answer(request.messageRequest, index),
          };
        }
      },
    }),
    route(ServerReflectionAlpha, {
      async *serverReflectionInfo(requests) {
        for await (const request of requests) {
          const messageResponse = answer(request.messageRequest as unknown as Question, index);
          yield { validHost: request.host, originalRequest: request, messageResponse };
        }
      },
    }),
  ];
}

function answer(question: Question, index: FileIndex): Answer {
  switch (question.case) {
    case "listServices":
      return { case: "listServicesResponse", value: { service: index.services.map((name) => ({ name })) } };
    case "fileByFilename":
      return files(index.byName(question.value), question.value);
    case "fileContainingSymbol":
      return files(index.bySymbol(question.value), question.value);
    case "fileContainingExtension": {
      const { containingType, extensionNumber } = question.value;
      return files(index.byExtension(containingType, extensionNumber), `${containingType} ${extensionNumber}`);
    }
    case "allExtensionNumbersOfType": {
      const extensionNumber = index.extensionNumbers(question.value);
      if (extensionNumber === undefined) return failed(Code.NotFound, `${question.value} is not known`);
      return { case: "allExtensionNumbersResponse", value: { baseTypeName: question.value, extensionNumber } };
    }
    case undefined:
      return failed(Code.InvalidArgument, "the request asks for nothing");
  }
}

function files(found: Uint8Array[] | undefined, asked: string): Answer {
  if (found === undefined) return failed(Code.NotFound, `${asked} is not known`);
  return { case: "fileDescriptorResponse", value: { fileDescriptorProto: found } };
}

function failed(errorCode: Code, errorMessage: string): Answer {
  return { case: "errorResponse", value: { errorCode, errorMessage } };
}
