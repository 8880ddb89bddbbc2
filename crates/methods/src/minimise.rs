//! Minimisation without derivatives: the simplex of Nelder and Mead (1965), with a fixed number of evaluations so that it
//! always ends and always ends alike.

/// The best point found from `start` with edges of `step`, within about `budget` evaluations.
pub(crate) fn minimise(start: &[f64], step: f64, budget: usize, mut cost: impl FnMut(&[f64]) -> f64) -> Vec<f64> {
    let size = start.len();
    let mut price = |point: &[f64]| {
        let value = cost(point);
        if value.is_nan() { f64::INFINITY } else { value }
    };
    let mut simplex: Vec<(f64, Vec<f64>)> = vec![(price(start), start.to_vec())];
    for at in 0..size {
        let mut point = start.to_vec();
        point[at] += step;
        simplex.push((price(&point), point));
    }
    let mut spent = size + 1;
    while spent < budget && size > 0 {
        simplex.sort_by(|left, right| left.0.total_cmp(&right.0));
        let spread = simplex[size].0 - simplex[0].0;
        if spread.is_finite() && spread <= 1e-7 * simplex[0].0.abs() {
            break;
        }
        let centre: Vec<f64> =
            (0..size).map(|at| mean_of(simplex[..size].iter().map(|(_, point)| point[at]), size)).collect();
        let along = |factor: f64| -> Vec<f64> {
            centre.iter().zip(&simplex[size].1).map(|(centre, worst)| centre + factor * (centre - worst)).collect()
        };
        let (reflected, expanded, inside, outside) = (along(1.0), along(2.0), along(-0.5), along(0.5));
        let value = price(&reflected);
        spent += 1;
        if value < simplex[0].0 {
            let further = price(&expanded);
            spent += 1;
            simplex[size] = if further < value { (further, expanded) } else { (value, reflected) };
        } else if value < simplex[size - 1].0 {
            simplex[size] = (value, reflected);
        } else {
            let nearer = if value < simplex[size].0 { outside } else { inside };
            let found = price(&nearer);
            spent += 1;
            if found < value.min(simplex[size].0) {
                simplex[size] = (found, nearer);
            } else {
                let best = simplex[0].1.clone();
                for (cost, point) in &mut simplex[1..] {
                    for (value, best) in point.iter_mut().zip(&best) {
                        *value = f64::midpoint(*value, *best);
                    }
                    *cost = price(point);
                    spent += 1;
                }
            }
        }
    }
    simplex.sort_by(|left, right| left.0.total_cmp(&right.0));
    simplex.swap_remove(0).1
}

fn mean_of(values: impl Iterator<Item = f64>, size: usize) -> f64 {
    values.sum::<f64>() / crate::count::real(size)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bottom_of_a_bowl_is_found() {
        let found = minimise(&[0.0, 0.0], 0.5, 400, |point| (point[0] - 3.0).powi(2) + 2.0 * (point[1] + 1.0).powi(2));
        assert!((found[0] - 3.0).abs() < 1e-2 && (found[1] + 1.0).abs() < 1e-2);
    }

    #[test]
    fn a_cost_that_is_no_number_does_not_stop_it() {
        let found = minimise(&[1.0], 0.5, 100, |point| if point[0] < 0.0 { f64::NAN } else { point[0] });
        assert!(found[0] >= 0.0 && found[0] < 0.1);
    }
}
