/** How a condition compares. */
export type ConditionOperator =
  | "equal"
  | "notEqual"
  | "less"
  | "lessOrEqual"
  | "greater"
  | "greaterOrEqual"
  | "present"
  | "absent"
  | "prefix"
  | "matches"
  | "contains";

/** A value that a condition compares with; times are canonical texts. */
export type Operand = string | number | boolean;

/** A condition on one field; `present` and `absent` have no operands. */
export interface Condition {
  readonly field: string;
  readonly operator: ConditionOperator;
  readonly operands: readonly Operand[];
}

/** An order by one field. */
export interface Order {
  readonly field: string;
  readonly descending: boolean;
  /** Documents without a value come first; else last, whatever the direction. */
  readonly absentFirst: boolean;
}

/** A place in a list: the order values of the last document that was seen, null for absent, and its number. */
export interface Cursor {
  readonly values: readonly (Operand | null)[];
  readonly number: number;
}
