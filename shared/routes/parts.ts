import * as z from "zod";

/** The id of a task or a session, as part of a path. */
export const Id = z.strictObject({
  id: z
    .string()
    .regex(/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)
    .meta({ description: "UUID", example: "01890a5d-ac96-774b-bcce-b302099a8057" }),
});

/** The forge's own id of a delivery, as part of a path. */
export const DeliveryId = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._:-]{0,255}$/)
  .meta({ description: "The forge's own id of the delivery" });

/** A whole number in a query, of at most nine digits. */
export function wholeNumber(description: string, range: { minimum: number; maximum: number }) {
  const { minimum, maximum } = range;
  const text = z.string().regex(/^\d{1,9}$/, "must be a whole number");
  return z.codec(text, z.int().min(minimum).max(maximum), { decode: Number, encode: String }).meta({
    description,
    // What people may send is a number, though it comes as text.
    override: ({ jsonSchema }) => {
      delete jsonSchema.pattern;
      Object.assign(jsonSchema, { type: "integer", minimum, maximum });
    },
  });
}

/** How many items a list has that was asked for without a number. */
export const defaultLimit = 50;

/** How many items a list may have. */
export const Limit = wholeNumber(`How many, at most; default ${defaultLimit}`, {
  minimum: 1,
  maximum: 500,
}).optional();
