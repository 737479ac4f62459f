//! Names for runs that were given none: an adjective, an animal and a number, as MLflow gives them.

const ADJECTIVES: [&str; 64] = [
    "agile", "amber", "ardent", "balmy", "blithe", "brisk", "calm", "candid", "cheery", "civil", "clever",
    "cosy", "crisp", "dapper", "deft", "eager", "earnest", "fair", "fleet", "fond", "frank", "gentle",
    "glad", "golden", "hale", "hardy", "hazel", "humble", "ivory", "jaunty", "jolly", "keen", "kindly",
    "lively", "loyal", "lucid", "mellow", "merry", "mild", "neat", "nimble", "noble", "patient", "placid",
    "plucky", "proud", "quick", "quiet", "rosy", "rugged", "sage", "serene", "silver", "sleek", "spry",
    "steady", "sunny", "swift", "tidy", "trusty", "velvet", "warm", "witty", "zesty",
];

const ANIMALS: [&str; 64] = [
    "adder",
    "alpaca",
    "badger",
    "beaver",
    "bison",
    "bittern",
    "buzzard",
    "caribou",
    "chamois",
    "civet",
    "cormorant",
    "curlew",
    "dipper",
    "dormouse",
    "dunlin",
    "egret",
    "ermine",
    "ferret",
    "finch",
    "fulmar",
    "gannet",
    "gecko",
    "gibbon",
    "godwit",
    "grebe",
    "hare",
    "heron",
    "hoopoe",
    "ibex",
    "ibis",
    "jackdaw",
    "kestrel",
    "kite",
    "lapwing",
    "lemur",
    "linnet",
    "lynx",
    "magpie",
    "marmot",
    "marten",
    "mole",
    "newt",
    "nuthatch",
    "ocelot",
    "okapi",
    "oriole",
    "osprey",
    "otter",
    "petrel",
    "plover",
    "puffin",
    "quail",
    "raven",
    "redstart",
    "sandpiper",
    "seal",
    "shrew",
    "stoat",
    "swallow",
    "tapir",
    "tern",
    "thrush",
    "vole",
    "wren",
];

/// The name that goes with an id: the same id has the same name.
pub fn of(id: &str) -> String {
    // FNV-1a, then mixed once more: ids made in one moment differ in few bits.
    let hash =
        id.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |h, b| (h ^ u64::from(b)).wrapping_mul(0x0100_0000_01b3));
    let hash = (hash ^ (hash >> 32)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let pick =
        |words: &[&'static str; 64], shift: u32| words[usize::try_from(hash >> shift & 63).unwrap_or(0)];
    format!("{}-{}-{}", pick(&ADJECTIVES, 58), pick(&ANIMALS, 52), (hash >> 32) % 1000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_an_adjective_an_animal_and_a_number() {
        let names: std::collections::HashSet<String> =
            (0..1000).map(|n| of(&format!("0191e6a2b7c87d1e9d{n:014x}"))).collect();
        assert!(names.len() > 990, "only {} different names of 1000", names.len());
        for name in names {
            let [adjective, animal, number] = name.split('-').collect::<Vec<_>>()[..] else {
                panic!("three parts: {name}")
            };
            assert!(ADJECTIVES.contains(&adjective) && ANIMALS.contains(&animal));
            assert!(number.parse::<u16>().is_ok_and(|n| n < 1000));
        }
    }
}
