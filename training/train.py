#!/usr/bin/env python3
"""Trains the model that weighs unnamed secrets: src/detect/unnamed/model.txt.

usage: train.py --labelled FILE ... --ordinary FILE [--held-out FILE] [--swapped FILE] [--write FILE]

Every FILE holds JSON Lines. --labelled: records {id, path, text, rows}, where the first folder of `path` names the repository and
a row {l0, l1, label, values, cats} labels lines l0 to l1 as T (a credential), F (none), X (a test value or placeholder) or I
(neither). Samsung/CredData in windows around its labelled lines is such data, and so are
other scanners' published examples, each corpus as one repository, and files of whole repositories whose true values were
read by hand: what no row labels counts as false. --ordinary and --held-out: records {id, text}, files of
projects that hold no credentials to speak of; the first is trained on, the second only measured.

CredData replaced the letters of true passwords by random ones, and left what is false as it was, so a model that is told of
randomness learns that. Each password is therefore seen once more with words in the place of its letters.

Needs Python 3.10, lightgbm 4 and numpy, and the program that reads the features, built from the same sources:
cargo build --release --example candidates. The outcome is a function of its input.
"""
import argparse, collections, functools, json, pathlib, random, re, subprocess, sys, zlib

import lightgbm
import numpy

READ = pathlib.Path(__file__).resolve().parent.parent / "target/release/examples/candidates"
TREES, LEAVES, FOLDS = 200, 15, 5


def rows_of(records):
    """Runs the reader: (record, first byte, last byte, kind, veto, features) of every candidate."""
    by = {r["id"]: r for r in records}
    text = "".join(json.dumps({"id": r["id"], "text": r["text"]}) + "\n" for r in records)
    out = subprocess.run([READ], input=text.encode(), stdout=subprocess.PIPE, check=True).stdout.decode().split("\n")
    names = out[0].split("\t")[5:]
    rows = []
    for line in out[1:-1]:
        part = line.split("\t")
        if not part[4]:
            rows.append((by[part[0]], int(part[1]), int(part[2]), part[3], numpy.array(part[5:], dtype=numpy.float32)))
    return names, rows


def clean(value):
    return value.strip(" \t\r\n\"'`;,")


@functools.lru_cache(1 << 18)
def overlap(a, b):
    a, b = clean(a), clean(b)
    if not a or not b:
        return False
    if a in b:
        return a == b or len(a) >= 4 or len(b) <= 2 * len(a) + 4
    if b in a:
        return len(b) >= 4
    n = max(4, (len(a) + 1) // 2)
    return any(a[i:i + n] in b for i in range(len(a) - n + 1))


def met(row):
    """The labelled rows that a candidate meets."""
    record, start, end = row[:3]
    text = record["text"].encode()
    value, line = text[start:end].decode("utf-8", "replace"), text[:start].count(b"\n") + 1
    for n, one in enumerate(record["rows"]):
        if one["l0"] <= line <= one["l1"]:
            values = one.get("values") or []
            if not values or any(overlap(v, value) for v in values):
                yield n, one["label"]


def swapped(records):
    """The records with the letters of their passwords replaced by words that the other records hold."""
    chance = random.Random(11)
    words = collections.Counter()
    for r in records:
        words.update(w for w in set(re.findall(r"[a-z]{3,9}", r["text"])))
    common = sorted(w for w, n in words.items() if n >= 12)
    out = []
    for r in records:
        text, rows, any_ = r["text"], [], False
        for one in r["rows"]:
            values = one.get("values") or []
            if one["label"] == "T" and any("Password" in c for c in one.get("cats", [])) and len(values) == 1 and re.fullmatch(r"[A-Za-z]{4,}\d{0,6}[!@#$%]?", values[0]):
                letters = re.match(r"[A-Za-z]+", values[0]).group()
                new = ""
                while len(new) < len(letters):
                    new += chance.choice(common)
                new = new[:len(letters)]
                new = new.upper() if letters.isupper() else new.capitalize() if letters[0].isupper() else new
                text = re.sub(r"(?<![A-Za-z])" + letters + r"(?![A-Za-z])", new, text)
                one = dict(one, values=[new + values[0][len(letters):]])
                any_ = True
            rows.append(one)
        if any_:
            out.append(dict(r, id="swapped/" + r["id"], text=text, rows=rows))
    return out


def table(rows, kind):
    """Features, targets, weights and what each candidate meets."""
    meets = [list(met(row)) if kind != "ordinary" else [] for row in rows]
    target = numpy.array([any(label == "T" for _, label in m) for m in meets], dtype=int)
    skip = numpy.array([not t and any(label == "I" for _, label in m) for t, m in zip(target, meets)])
    weight = numpy.array([1.0 if t else (1.0 if m else 0.7) for t, m in zip(target, meets)])
    if kind == "swapped":
        weight = numpy.where(target == 1, 0.6, 0.0)
    if kind == "ordinary":
        weight[:] = 0.35
    weight[skip] = 0
    return numpy.array([row[4] for row in rows]), target, weight, meets


def repository(record):
    return record["path"].split("/")[0]


def fit(names, x, y, w, seed=1):
    options = dict(objective="binary", learning_rate=0.08, num_leaves=LEAVES, min_data_in_leaf=30, feature_fraction=0.5,
                   bagging_fraction=0.8, bagging_freq=1, lambda_l2=5.0, seed=seed, deterministic=True, force_row_wise=True, num_threads=1, verbose=-1, max_bin=63)
    return lightgbm.train(options, lightgbm.Dataset(x, y, weight=w, feature_name=list(names)), TREES)


def measure(rows, meets, score, at):
    """True, missed-not-counted, false and unlabelled findings at a threshold."""
    hit, unknown = {}, set()
    for row, m, s in zip(rows, meets, score):
        if s < at:
            continue
        true = [n for n, label in m if label == "T"]
        for n, label in m:
            if label == "T" or (label in "FX" and not true):
                hit[row[0]["id"], n] = label
        if not m:
            unknown.add((row[0]["id"], row[1]))
    true = sum(label == "T" for label in hit.values())
    return true, len(hit) - true, len(unknown)


def judge(ask, names, packs, rows, x, y, w, meets, part, srows, sx, sy, sw, ox, oy, ow, totals):
    """Measures by repository: every row is weighed by a model that saw none of its repository."""
    total = sum(totals)
    read = lambda path: [json.loads(line) for line in open(path)]
    fold = lambda record: zlib.crc32(repository(record).encode()) % ask.folds
    folds, sfolds = numpy.array([fold(row[0]) for row in rows]), numpy.array([fold(row[0]) for row in srows])
    held = read(ask.held_out) if ask.held_out else []
    lines = sum(r["text"].count("\n") for r in held)
    _, hrows = rows_of(held) if held else (None, [])
    hx = numpy.array([row[4] for row in hrows])
    check = read(ask.swapped) if ask.swapped else []
    _, crows = rows_of(check) if check else (None, [])
    cmeets = [list(met(row)) for row in crows]
    cfolds = numpy.array([fold(row[0]) for row in crows])
    ctotal = sum(one["label"] == "T" for r in check for one in r["rows"])
    score, cscore, noise = numpy.zeros(len(rows)), numpy.zeros(len(crows)), []
    for k in range(ask.folds):
        model = fit(names, numpy.concatenate([x[folds != k], sx[sfolds != k], ox]), numpy.concatenate([y[folds != k], sy[sfolds != k], oy]),
                    numpy.concatenate([w[folds != k], sw[sfolds != k], ow]))
        score[folds == k] = model.predict(x[folds == k], raw_score=True)
        if len(crows):
            cscore[cfolds == k] = model.predict(numpy.array([row[4] for row in crows])[cfolds == k], raw_score=True)
        if held:
            noise.append(model.predict(hx, raw_score=True))
    for n, path in enumerate(ask.labelled):
        mine = [i for i in range(len(rows)) if part[i] == n]
        print(pathlib.Path(path).name)
        for at in [-1.0, 0.0, 0.25, 0.5, 1.0, 1.75, 2.25]:
            true, false, unknown = measure([rows[i] for i in mine], [meets[i] for i in mine], score[mine], at)
            print(f"  {at:5.2f}  P {true / max(1, true + false):.3f}  P_u {true / max(1, true + false + unknown):.3f}  R {true / totals[n]:.3f}  ({true} true, {false} false, {unknown} unlabelled)")
    print(f"by repository, {ask.folds} folds:   t  P  P_u  R  swapped R  held-out findings per 100,000 lines")
    for at in [-1.0, -0.5, 0.0, 0.25, 0.5, 0.75, 1.0, 1.25, 1.5, 2.0]:
        true, false, unknown = measure(rows, meets, score, at)
        ctrue = measure(crows, cmeets, cscore, at)[0] if check else 0
        loud = numpy.mean([(n >= at).sum() for n in noise]) / max(1, lines) * 1e5 if held else 0
        print(f"  {at:5.2f}  {true / max(1, true + false):.3f}  {true / max(1, true + false + unknown):.3f}  {true / total:.3f}  {ctrue / max(1, ctotal):.3f}  {loud:.2f}")
    if ask.show:
        chance = random.Random(5)
        wrong = [(s, row, m) for row, m, s in zip(rows, meets, score) if s > 0.75 and not any(l in "TI" for _, l in m)]
        missed = [(s, row, m) for row, m, s in zip(rows, meets, score) if s < 0.75 and any(l == "T" for _, l in m)]
        loud = [(s, row, []) for row, s in zip(hrows, noise[0]) if s > 0.75] if held else []
        for title, some in [("wrong", wrong), ("missed", missed), ("loud", loud)]:
            print(title, len(some))
            for s, row, m in chance.sample(some, min(ask.show, len(some))):
                text = row[0]["text"].encode()
                a = text.rfind(b"\n", 0, row[1]) + 1
                print(f"  {s:.2f} {m} {row[0]['id'][-40:]} {row[3]} [{text[row[1]:row[2]].decode('utf-8', 'replace')[:40]}] {text[a:a + 140].decode('utf-8', 'replace').split(chr(10))[0].strip()}")


def main():
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--labelled", required=True, nargs="+")
    ask.add_argument("--weights", type=float, nargs="+", default=[], help="of the labelled files, 1 where none is given")
    ask.add_argument("--ordinary", required=True)
    ask.add_argument("--held-out")
    ask.add_argument("--swapped")
    ask.add_argument("--floors", type=float, nargs=2, default=[0.25, 1.75], help="log-odds from which a value is reported, and is likely")
    ask.add_argument("--write", type=pathlib.Path)
    ask.add_argument("--folds", type=int, default=FOLDS, help="0 to train without measuring")
    ask.add_argument("--show", type=int, default=0)
    ask = ask.parse_args()
    read = lambda path: [json.loads(line) for line in open(path)]
    packs = [read(path) for path in ask.labelled]
    labelled = [r for pack in packs for r in pack]
    pack_of = {r["id"]: n for n, pack in enumerate(packs) for r in pack}
    names, rows = rows_of(labelled)
    x, y, w, meets = table(rows, "labelled")
    more = swapped(labelled)
    _, srows = rows_of(more)
    sx, sy, sw, _ = table(srows, "swapped")
    _, orows = rows_of(read(ask.ordinary))
    ox, oy, ow, _ = table(orows, "ordinary")
    # A row's weight falls with the size of its repository, so that no repository decides.
    sizes = collections.Counter(repository(row[0]) for row in rows)
    balance = lambda rows: numpy.array([min(2.0, (sum(sizes.values()) / len(sizes) / max(1, sizes[repository(row[0])])) ** 0.4) for row in rows])
    part = numpy.array([pack_of[row[0]["id"]] for row in rows])
    w, sw = w * balance(rows), sw * balance(srows)
    w *= numpy.array((ask.weights + [1.0] * len(packs))[:len(packs)])[part]
    totals = [sum(one["label"] == "T" for r in pack for one in r["rows"]) for pack in packs]
    total = sum(totals)
    print(f"{len(rows)} candidates ({y.sum()} true), {len(srows)} swapped, {len(orows)} ordinary; {total} labelled credentials")
    if ask.folds:
        judge(ask, names, packs, rows, x, y, w, meets, part, srows, sx, sy, sw, ox, oy, ow, totals)
    model = fit(names, numpy.concatenate([x, sx, ox]), numpy.concatenate([y, sy, oy]), numpy.concatenate([w, sw, ow]))
    gain = sorted(zip(model.feature_importance("gain"), names), reverse=True)
    print("gain:", ", ".join(f"{n} {g / sum(v for v, _ in gain):.3f}" for g, n in gain[:45]))
    if ask.write:
        write(ask.write, names, model, ask)


def write(path, names, model, ask):
    def tree(node):
        if "leaf_value" in node:
            return [f"={node['leaf_value']:.5g}"]
        return [f"{node['split_feature']}<={node['threshold']:.6g}@{node['internal_value']:.3g}"] + tree(node["left_child"]) + tree(node["right_child"])
    dump = model.dump_model()
    lines = [" ".join(tree(one["tree_structure"])) for one in dump["tree_info"]]
    path.write_text("\n".join([f"bias 0 floors {ask.floors[0]:g} {ask.floors[1]:g}", " ".join(names)] + lines) + "\n")


main()
