import type { ConditionOperator, Order } from "../model/list-query.js";

/** A condition as it was asked for: its values are JSON texts. */
export interface RequestedCondition {
  readonly field: string;
  readonly operator: ConditionOperator;
  readonly values: readonly string[];
}

/** What a list asks for. */
export interface ListRequest {
  readonly namespace: string;
  readonly collection: string;
  readonly where: readonly RequestedCondition[];
  readonly orders: readonly Order[];
  /** 1 to 1,000. */
  readonly pageSize: number;
  /** Empty: the first page. */
  readonly pageToken: string;
  readonly skip: number;
  readonly wantTotal: boolean;
  readonly facets: readonly string[];
  readonly omitBodies: boolean;
  readonly maxima: readonly string[];
}
