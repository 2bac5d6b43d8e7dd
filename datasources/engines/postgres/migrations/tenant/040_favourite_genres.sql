-- Genres that somebody likes, as they said when they signed up or since; null where they did not say.
alter table profiles add column favourite_genres text[];
