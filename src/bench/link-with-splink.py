"""Links one of the public benchmarks with Splink, by the settings that Splink itself publishes for it.

    python link-with-splink.py SET OUT FILE... [--at=PROBABILITY]     SET: febrl3 | febrl4 | historical_50k

OUT is CSV `row-id,cluster`: the clusters at the published threshold, or at another.
Settings: Splink's documentation, demos/examples/duckdb: febrl3, febrl4 (detailed model), deduplicate_50k_synthetic. The febrl3
demo forms no clusters; it looks at predictions from 0.5 on.
"""

import csv
import sys

import duckdb
import splink.comparison_library as cl
from splink import DuckDBAPI, Linker, SettingsCreator, block_on

def febrl3(tables, api):
    rules = [block_on(column) for column in ("soc_sec_id", "given_name", "surname", "date_of_birth", "postcode")]
    settings = SettingsCreator(
        unique_id_column_name="rec_id",
        link_type="dedupe_only",
        blocking_rules_to_generate_predictions=rules,
        comparisons=[
            cl.NameComparison("given_name"),
            cl.NameComparison("surname"),
            cl.DateOfBirthComparison("date_of_birth", input_is_string=True, datetime_format="%Y%m%d"),
            cl.DamerauLevenshteinAtThresholds("soc_sec_id", [2]),
            cl.ExactMatch("street_number").configure(term_frequency_adjustments=True),
            cl.ExactMatch("postcode").configure(term_frequency_adjustments=True),
        ],
    )
    linker = Linker(api.register(tables[0]), settings)
    linker.training.estimate_probability_two_random_records_match(
        [
            block_on("soc_sec_id"),
            block_on("given_name", "surname", "date_of_birth"),
            "l.given_name = r.surname and l.surname = r.given_name and l.date_of_birth = r.date_of_birth",
        ],
        recall=0.9,
    )
    linker.training.estimate_u_using_random_sampling(max_pairs=1e6, seed=2)
    linker.training.estimate_parameters_using_expectation_maximisation(block_on("date_of_birth"))
    linker.training.estimate_parameters_using_expectation_maximisation(block_on("postcode"))
    return linker, linker.inference.predict(threshold_match_probability=0.2), "rec_id", 0.5


def febrl4(tables, api):
    settings = SettingsCreator(
        unique_id_column_name="rec_id",
        link_type="link_only",
        blocking_rules_to_generate_predictions=[
            block_on("given_name", "surname"),
            "l.given_name = r.surname and l.surname = r.given_name",
            block_on("date_of_birth"),
            block_on("soc_sec_id"),
            block_on("state", "address_1"),
            block_on("street_number", "address_1"),
            block_on("postcode"),
        ],
        comparisons=[
            cl.NameComparison("given_name").configure(term_frequency_adjustments=True),
            cl.NameComparison("surname").configure(term_frequency_adjustments=True),
            cl.DateOfBirthComparison(
                "date_of_birth", input_is_string=True, datetime_format="%Y%m%d", invalid_dates_as_null=True
            ),
            cl.DamerauLevenshteinAtThresholds("soc_sec_id", [1, 2]),
            cl.ExactMatch("street_number").configure(term_frequency_adjustments=True),
            cl.DamerauLevenshteinAtThresholds("postcode", [1, 2]).configure(term_frequency_adjustments=True),
        ],
    )
    linker = Linker([api.register(table) for table in tables], settings)
    linker.training.estimate_probability_two_random_records_match(
        [block_on("soc_sec_id"), block_on("given_name", "surname", "date_of_birth")], recall=0.8
    )
    linker.training.estimate_u_using_random_sampling(max_pairs=1e6)
    for column in ("date_of_birth", "postcode"):
        linker.training.estimate_parameters_using_expectation_maximisation(
            block_on(column), estimate_without_term_frequencies=True
        )
    return linker, linker.inference.predict(threshold_match_probability=0.2), "rec_id", 0.99


def historical_50k(tables, api):
    table = tables[0].project("*, first_name || ' ' || surname as first_name_surname_concat")
    settings = SettingsCreator(
        link_type="dedupe_only",
        blocking_rules_to_generate_predictions=[
            block_on("substr(first_name,1,3)", "substr(surname,1,4)"),
            block_on("surname", "dob"),
            block_on("first_name", "dob"),
            block_on("postcode_fake", "first_name"),
            block_on("postcode_fake", "surname"),
            block_on("dob", "birth_place"),
            block_on("substr(postcode_fake,1,3)", "dob"),
            block_on("substr(postcode_fake,1,3)", "first_name"),
            block_on("substr(postcode_fake,1,3)", "surname"),
            block_on("substr(first_name,1,2)", "substr(surname,1,2)", "substr(dob,1,4)"),
        ],
        comparisons=[
            cl.ForenameSurnameComparison(
                "first_name", "surname", forename_surname_concat_col_name="first_name_surname_concat"
            ),
            cl.DateOfBirthComparison("dob", input_is_string=True),
            cl.PostcodeComparison("postcode_fake"),
            cl.ExactMatch("birth_place").configure(term_frequency_adjustments=True),
            cl.ExactMatch("occupation").configure(term_frequency_adjustments=True),
        ],
    )
    linker = Linker(api.register(table), settings)
    linker.training.estimate_probability_two_random_records_match(
        [
            block_on("first_name", "surname", "dob"),
            block_on("substr(first_name,1,2)", "surname", "substr(postcode_fake,1,2)"),
            block_on("dob", "postcode_fake"),
        ],
        recall=0.6,
    )
    linker.training.estimate_u_using_random_sampling(max_pairs=1e7)
    for rule in (block_on("first_name", "surname"), block_on("dob")):
        linker.training.estimate_parameters_using_expectation_maximisation(
            rule, estimate_without_term_frequencies=True
        )
    return linker, linker.inference.predict(), "unique_id", 0.95


SETS = {"febrl3": febrl3, "febrl4": febrl4, "historical_50k": historical_50k}


def read_table(connection, file):
    with open(file, encoding="utf-8") as lines:
        columns = next(csv.reader(lines))
    cells = ", ".join(f"""nullif(trim("{column}"), '') as "{column.strip()}\"""" for column in columns)
    names = ", ".join(f"'{column}': 'VARCHAR'" for column in columns)
    return connection.sql(f"select {cells} from read_csv('{file}', header=true, auto_detect=false, quote='\"', columns={{{names}}})")


def main():
    name, out, *files = sys.argv[1:]
    asked = [file for file in files if file.startswith("--at=")]
    connection = duckdb.connect()
    tables = [read_table(connection, file) for file in files if file not in asked]
    linker, predictions, key, published = SETS[name](tables, DuckDBAPI(connection=connection))
    threshold = float(asked[0].removeprefix("--at=")) if asked else published
    clusters = linker.clustering.cluster_pairwise_predictions_at_threshold(
        predictions, threshold_match_probability=threshold
    )
    with open(out, "w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["row-id", "cluster"])
        rows.writerows(clusters.as_duckdbpyrelation().project(f"{key}, cluster_id").fetchall())


main()
