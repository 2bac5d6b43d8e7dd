import {
  DirectiveLocation,
  GraphQLBoolean,
  GraphQLDirective,
  GraphQLInt,
  GraphQLList,
  GraphQLNonNull,
  GraphQLString,
} from "graphql";

/** What asking for a field costs beside the objects that it answers. */
export const COST_DIRECTIVE = new GraphQLDirective({
  name: "cost",
  description:
    "What asking for the field costs beside the objects that it answers; of a type, what each of its objects costs: 1 where nothing is said.",
  locations: [DirectiveLocation.FIELD_DEFINITION, DirectiveLocation.OBJECT],
  args: { weight: { type: new GraphQLNonNull(GraphQLString), description: "A number." } },
});

const names = new GraphQLList(new GraphQLNonNull(GraphQLString));

/** How long a list is taken to be, where the cost of an operation is estimated. */
export const LIST_SIZE_DIRECTIVE = new GraphQLDirective({
  name: "listSize",
  description: "How long a list is taken to be, where the cost of an operation is estimated.",
  locations: [DirectiveLocation.FIELD_DEFINITION],
  args: {
    assumedSize: { type: GraphQLInt, description: "How long, where no argument says." },
    slicingArguments: { type: names, description: "The arguments that say." },
    sizedFields: {
      type: names,
      description: "The lists within the field that are meant; absent: the field itself.",
    },
    requireOneSlicingArgument: {
      type: GraphQLBoolean,
      defaultValue: true,
      description: "Whether one has to be given.",
    },
  },
});
