-- Which of the parcels of its order a delivery tells of, as its messages say it: {"orderId": "7", "place": 2, "of": 3}.
alter table waybell.express_updates add column if not exists among_parcels jsonb;
