"""Writes reference.csv: what Google's accountant says of the noise, for the test `accounting`.

    python3 -m venv venv && venv/bin/pip install dp-accounting==0.6.0
    venv/bin/python reference.py > reference.csv

Cells of clamp 1 with discrete Gaussian noise of sigma 6.85, each moved by one; `cells` of them together. Epsilon and delta
come from the privacy loss distribution, rounded down (optimistic): nothing that holds can be below them.
"""

from dp_accounting.pld import privacy_loss_distribution as pld

one = pld.from_discrete_gaussian_mechanism(6.85, sensitivity=1, value_discretization_interval=1e-5, pessimistic_estimate=False)
print("cells,delta,epsilon,epsilon_for_delta,delta_for_epsilon")
for cells in (1, 2, 3, 6, 12, 36, 60):
    many = one.self_compose(cells)
    for delta in (1e-5, 1e-8, 1e-10):
        for epsilon in (0.5, 2.0, 5.0):
            print(f"{cells},{delta},{epsilon},{many.get_epsilon_for_delta(delta)},{many.get_delta_for_epsilon(epsilon)}")
