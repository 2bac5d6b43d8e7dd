import { DirectiveLocation, GraphQLDirective, GraphQLNonNull, GraphQLString } from "graphql";

/** Who may ask for a field. Printed from the table of permissions, which is enforced; nothing is read from the directive. */
export const ACCESS_DIRECTIVE = new GraphQLDirective({
  name: "access",
  description:
    "Who may ask for the field; others are refused, or have null where its description says so. Where a type's field has none, it is for whoever got as far as the object.",
  locations: [DirectiveLocation.FIELD_DEFINITION],
  args: {
    to: {
      type: new GraphQLNonNull(GraphQLString),
      description:
        "ANYONE; SIGNED_IN: with a profile; OWNER: with an account, and not as a child; EDITOR, OPERATOR, PLATFORM: with that role. API keys have what their scope names of ANYONE, EDITOR and OPERATOR.",
    },
  },
});
