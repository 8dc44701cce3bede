"""From what one platform counts to what another would have counted: N_B(> d) = eta(d) N_A(> g(d))."""
