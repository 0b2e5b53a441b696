"""`rag eval`."""

from __future__ import annotations

from pathlib import Path

import click

from rag.cli.measures import show_claim_numbers, show_question_numbers
from rag.cli.options import NamedPath, index_option, json_option, llm_option, settings_with


@click.command("eval", short_help="Measure retrieval, answers, or the check of sentences.")
@click.argument("path", metavar="[QUESTIONS]", required=False, type=NamedPath())
@click.option(
    "--compare",
    type=click.Path(path_type=Path),
    metavar="SETTINGS.toml",
    help="Compare with other settings: a file like rag.toml. What it leaves out stays the same.",
)
@click.option("--answers", is_flag=True, help="Measure answers: what they cite and quote, and how long they take.")
@click.option(
    "--claims",
    type=NamedPath(),
    metavar="FILE",
    help="Measure the check of written sentences: a JSONL file of labelled claims, or the folder of SciFact.",
)
@json_option
@llm_option
@index_option
def evaluate(
    path: Path | None,
    compare: Path | None,
    answers: bool,
    claims: Path | None,
    as_json: bool,
    llm: str | None,
    index_dir: Path | None,
) -> None:
    """Measure retrieval, or with --answers whole answers, on QUESTIONS: a JSONL file, or a folder in BEIR format. Or,
    with --claims, measure the check of written sentences.

    \b
    Each line of a file is a question to your index:
      {"id": 1, "question": "…", "relevant": {"title of a paper": 2, …}}
    The grade of a paper is 1 if it is partly relevant and higher if it is more
    so; "relevant" is {} if no paper answers the question. Optional fields are
    "type", which groups questions in the table; "history", the earlier turns, as
    for rag ask --batch; and "evidence", the sentences that a good answer quotes:
    [{"title": "…", "sentence": "…"}, …]

    \b
    A BEIR folder has corpus.jsonl, queries.jsonl, and qrels.tsv or
    qrels/test.tsv. Its corpus gets its own index, which is built once and kept in
    eval/ of the index folder.

    \b
    nDCG@10    are the best papers ranked first? The gain of a paper is 2^grade - 1
    recall@N   share of the relevant papers among the first N
    MRR@20     1 / rank of the first relevant paper
    AUROC      do questions with an answer get a higher probability than those
               without? 0.5 is chance; "-" without questions of both kinds

    \b
    With --llm, a language model reads each question and grades the best papers,
    as in rag search; without --llm, none does, whatever your settings say.

    \b
    With --answers, each over the questions that it applies to:
    cite P         share of the cited papers that are relevant; 0 if none is cited
    cite R         share of the papers of grade 2 or higher that are cited, or of
                   grade 1 if there are no higher grades
    nDCG@10        as above, of the papers that an answer cites, then those that
                   may match
    evidence R     share of the "evidence" found in the quotes or the answer,
                   comparing letters and digits only
    verbatim       share of the quotes that are verbatim in the abstract they cite
    refusal right  share of the questions that are refused if, and only if, no
                   paper is relevant
    unsupported    share of the sentences that are not verified: neither a quote,
                   nor passed by rule or by a model
    first, first quote, total
                   median seconds until the papers are listed, until the first
                   quote, and until the end of the answer

    \b
    And where a language model took part:
    drafted        sentences that it wrote, per question
    verified       share of these that were confirmed
    replaced       share of these that gave way to a quote
    prompt tokens, reply tokens
                   what it read and wrote, per question
    first written  median seconds until the first sentence that it wrote

    With --compare, p is the probability of such a difference by chance alone. To compare a model with none, use
    --llm none and a file that has an llm.

    \b
    With --claims, which takes no QUESTIONS and needs no index, each line is
      {"label": "ok" or "wrong", "kind": "…", "title": "…", "abstract": "…",
       "evidence": ["sentence of the abstract", …], "written": "…"}
    pass, share    claims that pass by the rules alone. Those labelled "ok" should
                   pass, those labelled "wrong" must not
    judge pass,    claims that pass by the rules, or by a judge where the rules
    judge share    neither confirm nor refute; with --llm, or a model in `verify`
    refuted        share of the claims that the rules refute
    ms             median milliseconds that the rules take for a claim
    """
    _check_usage(path, claims, compare, answers)
    if not answers and not claims:
        llm = llm or "none"  # so that the numbers of retrieval do not depend on what is running
    settings = settings_with(index_dir=index_dir, llm=llm)
    if claims:
        show_claim_numbers(claims, settings, with_llm=bool(llm), as_json=as_json)
    elif path:
        show_question_numbers(path, settings, compare, answers, as_json)


def _check_usage(path: Path | None, claims: Path | None, compare: Path | None, answers: bool) -> None:
    """Raises UsageError for arguments that do not go together."""
    if (path is None) == (claims is None):
        raise click.UsageError("Give either QUESTIONS or --claims FILE.")
    if claims and (compare or answers):
        raise click.UsageError("--claims cannot be combined with --compare or --answers.")
