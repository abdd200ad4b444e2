"""Invented words for the names of customers and deals. None is meant to be a real company."""

from __future__ import annotations

FIRST = (
    "Nordlicht", "Silberbach", "Eichwald", "Morgental", "Falkenau", "Sturmhof", "Lindquell", "Auental", "Bernstein",
    "Kieselgrund", "Rotmark", "Weidenfurt", "Hohenlaub", "Salzbrunn", "Tannried", "Ostwind", "Grauberg", "Mondsee",
    "Ravenmoor", "Stonebrook", "Larkfield", "Ashcombe", "Wrenhill", "Foxmere", "Oakhaven", "Tidewell", "Marlowe Cross",
    "Bramblewick", "Greyport", "Hollins Gate", "Copperfell", "Juniper Vale", "Northam Quay", "Saltmarsh", "Elmstead",
    "Brightmoor", "Vallombra", "Pontesecco", "Roccaviva", "Montelume", "Aguaverde", "Torrealba", "Campoluz", "Riofonte",
    "Valdoro", "Clairmont", "Boisvert", "Rivenoire", "Hautpre", "Sablefin", "Vesterholm", "Skogvik", "Fjellstad",
    "Havlund", "Bjerkedal", "Norrsund", "Granvik", "Solberga", "Veldhoek", "Zandwijk", "Kersenbos", "Molendael",
    "Waterkant", "Duinrand",
)  # fmt: skip
SECOND = (
    "Klinik", "Labor", "Diagnostics", "Pharma", "Foods", "Water", "Institut", "Chemie", "Research", "Biotech",
    "Brewery", "Analytik", "University", "Cosmetics", "Environmental", "Hospital", "Dairy", "Life Sciences",
    "Materials", "Quality Lab",
)  # fmt: skip
THIRD = (
    "", "", "", "", "Group", "North", "South", "West", "Ost", "Central", "Holding", "Partners", "International",
    "Works", "Services", "Verbund",
)  # fmt: skip
PRODUCTS = (
    "analysers", "spectrometers", "sample changers", "flow meters", "titrators", "chromatographs", "water probes",
    "lab robots",
)  # fmt: skip
QUANTITIES = (1, 2, 3, 4, 5, 6, 8, 10, 12, 16, 20, 24)
RENEWALS = ("service contract", "maintenance plan", "calibration contract", "software licences")
