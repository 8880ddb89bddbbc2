//! T9: was this person among the users at all? Shadow worlds with her and without her, scored by an attacker who knows
//! all others.

use privacy::exit::{ChoiceKey, bound};

use crate::dice::Dice;
use crate::statistics::{area_under_curve, float, signed};
use crate::worlds::{CELLS, bounded, declared, keys, others, release, six_cells, target};
use crate::{Bound, Finding};

/// T9. `worlds` worlds with the target and as many without.
pub fn inference(worlds: u64) -> Vec<Finding> {
    let (bounds, keys) = (six_cells(declared(1)), keys(1, u64::from(CELLS)));
    let (mut scores, mut bare) = ([Vec::new(), Vec::new()], [Vec::new(), Vec::new()]);
    for world in 0..worlds {
        let without = others(0, &mut Dice::new(world));
        let with: Vec<_> = without.iter().cloned().chain(target(0)).collect();
        let choice = ChoiceKey::fresh();
        let exact = |parts: &[_]| bound(parts.iter().cloned(), &keys, bounds, &choice).sums().values().sum::<u64>();
        let known = float(exact(&without));
        for (there, parts) in [without.clone(), with].into_iter().enumerate() {
            bare[there].push(float(exact(&parts)) - known);
            let released = release(&bounded(parts, &keys, bounds), &keys, bounds);
            // The cells weigh alike, so their sum is the likelihood ratio.
            scores[there].push(signed(released.value().cells.iter().map(|cell| cell.value).sum::<i64>()) - known);
        }
    }
    vec![
        Finding::new("membership_auc_ratio", area_under_curve(&scores[1], &scores[0]), Bound::AtMost(0.62)),
        Finding::new("membership_control_auc_ratio", area_under_curve(&bare[1], &bare[0]), Bound::AtLeast(0.95)),
    ]
}
