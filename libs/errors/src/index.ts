export { catalogue, type ReasonEntry, reasonFromCode } from "./catalogue.js";
export { errorInfo, fromConnectError, reasonOf } from "./from-connect-error.js";
export { isRetryable } from "./is-retryable.js";
export { isReason, type Reason, reasons } from "./reason.js";
export { SwitchyardError, type SwitchyardErrorOptions } from "./switchyard-error.js";
export { errorDomain, internalErrorText, toConnectError } from "./to-connect-error.js";
