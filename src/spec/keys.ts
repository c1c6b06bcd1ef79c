// SPDX-License-Identifier: GPL-2.0-only
import { type ZodType, z } from 'zod';

interface Shape {
  properties?: Record<string, Shape>;
  required?: string[];
  items?: Shape;
  additionalProperties?: Shape | boolean;
  anyOf?: Shape[];
  oneOf?: Shape[];
  allOf?: Shape[];
  const?: unknown;
}

/**
 * The keys that `schema` allows at a place of `document`, sorted as they were declared. Of several kinds of mapping, there
 * or on the way, only that counts whose kind the document says it is.
 */
export function keysAt(schema: ZodType, path: readonly PropertyKey[], document: unknown): string[] {
  const whole = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as Shape;
  let value = document;
  let shapes = branches(whole).filter((shape) => isOfKind(shape, value));
  for (const step of path) {
    value = valueAt(value, [step]);
    shapes = shapes
      .flatMap((shape) => below(shape, step))
      .flatMap(branches)
      .filter((shape) => isOfKind(shape, value));
  }
  return [...new Set(shapes.flatMap(({ properties }) => Object.keys(properties ?? {})))];
}

/** What stands at a place of a document; undefined where nothing does. */
export const valueAt = (document: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce<unknown>((value, step) => (value as Record<PropertyKey, unknown> | null)?.[step], document);

/** A key that tells the kinds apart may be left out where it has a default. */
const isOfKind = ({ properties, required }: Shape, value: unknown): boolean =>
  Object.entries(properties ?? {}).every(([key, shape]) => {
    const given = valueAt(value, [key]);
    const isLeftOut = given === undefined && !required?.includes(key);
    return shape.const === undefined || shape.const === given || isLeftOut;
  });

function branches(shape: Shape): Shape[] {
  const more = [...(shape.anyOf ?? []), ...(shape.oneOf ?? []), ...(shape.allOf ?? [])];
  return [shape, ...more.flatMap(branches)];
}

function below({ properties, items, additionalProperties }: Shape, step: PropertyKey): Shape[] {
  if (typeof step === 'number') return items ? [items] : [];
  const own = properties?.[String(step)];
  if (own) return [own];
  return typeof additionalProperties === 'object' ? [additionalProperties] : [];
}
