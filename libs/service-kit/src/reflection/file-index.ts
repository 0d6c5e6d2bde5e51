import { type DescFile, type DescMessage, type DescService, toBinary } from "@bufbuild/protobuf";
import { FileDescriptorProtoSchema } from "@bufbuild/protobuf/wkt";

/** Finds files by what they declare. */
export interface FileIndex {
  /** Full names of the services, sorted. */
  readonly services: readonly string[];
  /** The serialised file of that name and all that it imports, itself first. */
  byName(name: string): Uint8Array[] | undefined;
  /** The same for the file that declares a symbol: a service, method, message, field, enum, enum value or extension. */
  bySymbol(symbol: string): Uint8Array[] | undefined;
  /** The same for the file that declares an extension. */
  byExtension(containingType: string, number: number): Uint8Array[] | undefined;
  /** The numbers of a message's extensions; undefined when there is no such message. */
  extensionNumbers(typeName: string): number[] | undefined;
}

/** Indexes the files of the given services and everything that these import. */
export function createFileIndex(services: readonly DescService[]): FileIndex {
  const files = new Map<string, DescFile>();
  for (const service of services) collect(service.file, files);
  const symbols = new Map<string, DescFile>();
  const messages = new Set<string>();
  const extensions = new Map<string, Map<number, DescFile>>();

  for (const file of files.values()) {
    const add = (name: string) => symbols.set(name, file);
    const addMessage = (message: DescMessage) => {
      add(message.typeName);
      messages.add(message.typeName);
      for (const field of message.fields) add(`${message.typeName}.${field.name}`);
      for (const nested of message.nestedMessages) addMessage(nested);
      for (const nested of message.nestedEnums) addEnum(nested);
      for (const nested of message.nestedExtensions) addExtension(nested);
    };
    const addEnum = (desc: DescFile["enums"][number]) => {
      add(desc.typeName);
      // Values live beside their enum, not inside it.
      const scope = desc.typeName.slice(0, desc.typeName.lastIndexOf(".") + 1);
      for (const value of desc.values) add(scope + value.name);
    };
    const addExtension = (desc: DescFile["extensions"][number]) => {
      add(desc.typeName);
      const numbers = extensions.get(desc.extendee.typeName) ?? new Map<number, DescFile>();
      extensions.set(desc.extendee.typeName, numbers.set(desc.number, file));
    };
    for (const message of file.messages) addMessage(message);
    for (const desc of file.enums) addEnum(desc);
    for (const desc of file.extensions) addExtension(desc);
    for (const service of file.services) {
      add(service.typeName);
      for (const method of service.methods) add(`${service.typeName}.${method.name}`);
    }
  }

  const answer = (file: DescFile | undefined) => (file === undefined ? undefined : withImports(file));
  return {
    services: [...new Set(services.map((service) => service.typeName))].sort(),
    byName: (name) => answer(files.get(name)),
    bySymbol: (symbol) => answer(symbols.get(symbol)),
    byExtension: (type, number) => answer(extensions.get(type)?.get(number)),
    extensionNumbers: (type) => (messages.has(type) ? [...(extensions.get(type)?.keys() ?? [])] : undefined),
  };
}

function withImports(file: DescFile): Uint8Array[] {
  const closure = new Map<string, DescFile>();
  collect(file, closure);
  return [...closure.values()].map((each) => toBinary(FileDescriptorProtoSchema, each.proto));
}

function collect(file: DescFile, into: Map<string, DescFile>): void {
  if (into.has(file.proto.name)) return;
  into.set(file.proto.name, file);
  for (const imported of file.dependencies) collect(imported, into);
}
